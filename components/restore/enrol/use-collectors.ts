import { useEffect, useState } from "react";
import type { CollectorShown } from "../runtime/protocol/owner-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";
import { useCall } from "../vault/use-call.ts";
import { useVault } from "../vault/vault-context.ts";

/** The service enrols and backs up by itself: what it has done appears while one looks. */
const ASK_EVERY_MS = 5_000;

export interface Collectors {
  readonly collectors: readonly CollectorShown[];
  readonly fault: VaultFault | null;
  /** The one that is being decided about. */
  readonly busyId: string | null;
  readonly consent: (collector: CollectorShown) => void;
  readonly end: (collector: CollectorShown) => void;
}

/** What the provider asks to back up, and what an owner decides about it. */
export function useCollectors(): Collectors {
  const { vault } = useVault();
  const [tick, setTick] = useState(0);
  const [busyId, setBusyId] = useState<string | null>(null);
  const [fault, setFault] = useState<VaultFault | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setTick((count) => count + 1), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const asked = useCall(`collectors ${tick}`, () => vault.calls.listCollectors());
  const decide = async ({ collectorId }: CollectorShown, work: () => Promise<void>) => {
    setBusyId(collectorId);
    setFault(null);
    await work().catch((error: unknown) => setFault(toFault(error)));
    setBusyId(null);
    setTick((count) => count + 1);
  };
  return {
    collectors: asked.value ?? [],
    fault: fault ?? asked.fault,
    busyId,
    consent: (collector) => {
      const { collectorId, name } = collector;
      void decide(collector, () => vault.calls.consentToCollector({ collectorId, name }));
    },
    end: (collector) => {
      void decide(collector, () => vault.calls.endCollector({ collectorId: collector.collectorId }));
    },
  };
}
