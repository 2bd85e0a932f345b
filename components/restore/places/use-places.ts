import { useEffect, useState } from "react";
import type { MachinePlace, SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { type Asked, useCall } from "../vault/use-call.ts";
import { useVault } from "../vault/vault-context.ts";

/** How often the list of machines and snapshots is asked for anew: a new snapshot appears while one looks. */
const FRESH_MS = 60_000;

/** Machines and their sources; clear, so the same locked and unlocked. */
export function usePlaces(): Asked<readonly MachinePlace[]> {
  const { vault } = useVault();
  const tick = useTick();
  return useCall(`places ${tick}`, () => vault.calls.listMachines());
}

export type SnapshotsBySource = Readonly<Record<string, readonly SnapshotPoint[]>>;

/** All snapshots of some sources, oldest first, by source. */
export function useSnapshots(
  sources: readonly { readonly machineId: string; readonly sourceId: string }[],
): Asked<SnapshotsBySource> {
  const { vault, isOpen } = useVault();
  const tick = useTick();
  const ids = sources.map(({ sourceId }) => sourceId);
  // Once unlocked they are asked for again: then the worker compares them with what the agents signed.
  return useCall(ids.length === 0 ? null : `${ids.join()} ${isOpen} ${tick}`, async () => {
    const lists = await Promise.all(sources.map((source) => vault.calls.listSnapshots(source)));
    return Object.fromEntries(ids.map((sourceId, at) => [sourceId, lists[at] ?? []]));
  });
}

/** Names of sources by id, while unlocked: asked for once a machine. */
export function useSourceNames(machineIds: readonly string[]): Readonly<Record<string, string>> {
  const { vault, isOpen } = useVault();
  const asked = useCall(isOpen && machineIds.length > 0 ? machineIds.join() : null, async () => {
    const named = await Promise.allSettled(machineIds.map((machineId) => vault.calls.readSourceNames({ machineId })));
    return Object.assign({}, ...named.map((one) => (one.status === "fulfilled" ? one.value : {})));
  });
  return asked.value ?? {};
}

function useTick(): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((count) => count + 1), FRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return tick;
}
