import { useState } from "react";
import { goTo } from "../route/use-route.ts";
import type { RestorePlan } from "../runtime/protocol/restore-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";
import { type Asked, useCall } from "../vault/use-call.ts";
import { useVault } from "../vault/vault-context.ts";
import { chooseDestination, type Destination, startTake } from "./start-take.ts";
import type { StartedTake, TakeRequest } from "./take-request.ts";

/** A ZIP, or the document itself; files in a folder; a command to copy. */
export type Way = Destination["way"] | "command";

interface Take {
  readonly plan: Asked<RestorePlan>;
  readonly fault: VaultFault | null;
  readonly isStarting: boolean;
  start(way: Destination["way"]): Promise<void>;
}

/** Plans what was asked for, and starts it where the person chose. */
export function useTake(request: TakeRequest, onStarted: (restoreId: string, started: StartedTake) => void): Take {
  const { vault } = useVault();
  const [restoreId] = useState(() => crypto.randomUUID());
  const [fault, setFault] = useState<VaultFault | null>(null);
  const [isStarting, setIsStarting] = useState(false);
  const plan = useCall(restoreId, () => vault.calls.planRestore({ restoreId, scope: request.scope }));

  async function start(way: Destination["way"]): Promise<void> {
    if (plan.value === undefined) return;
    setFault(null);
    setIsStarting(true);
    try {
      const destination = await chooseDestination(way);
      if (destination === null) return;
      await startTake(vault, plan.value, destination);
      onStarted(restoreId, { scope: request.scope, way });
      goTo({ kind: "restore", restoreId });
    } catch (error) {
      setFault(toFault(error));
    } finally {
      setIsStarting(false);
    }
  }
  return { plan, fault, isStarting, start };
}
