import { useState } from "react";
import { goTo } from "../route/use-route.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";
import { useVault } from "../vault/vault-context.ts";
import { chooseDestination, startTake } from "./start-take.ts";
import { useTaking } from "./take-context.tsx";

interface TakeAgain {
  readonly isStarting: boolean;
  readonly fault: VaultFault | null;
  start(): Promise<void>;
}

/** Starts the same selection once more the same way, as a restore of its own. Null when this tab does not know what it was. */
export function useTakeAgain(restoreId: string): TakeAgain | null {
  const { vault } = useVault();
  const { started, keepStarted } = useTaking();
  const [fault, setFault] = useState<VaultFault | null>(null);
  const [isStarting, setIsStarting] = useState(false);
  const before = started.get(restoreId);
  if (before === undefined) return null;

  async function start({ scope, way }: NonNullable<typeof before>): Promise<void> {
    setFault(null);
    setIsStarting(true);
    try {
      // Before it is planned: a browser lets a page ask for a folder only right after a press.
      const destination = await chooseDestination(way);
      if (destination === null) return;
      const plan = await vault.calls.planRestore({ restoreId: crypto.randomUUID(), scope });
      await startTake(vault, plan, destination);
      // What the first one left in its folder belongs to the new one, or to nobody.
      if (way === "folder") await vault.calls.forgetUnfinished({ restoreId });
      keepStarted(plan.restoreId, { scope, way });
      goTo({ kind: "restore", restoreId: plan.restoreId });
    } catch (error) {
      setFault(toFault(error));
    } finally {
      setIsStarting(false);
    }
  }
  return { isStarting, fault, start: () => start(before) };
}
