import { useState } from "react";
import { goTo } from "../route/use-route.ts";
import type { UnfinishedRestore } from "../runtime/protocol/restore-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";
import { startTake } from "../take/start-take.ts";
import { useTaking } from "../take/take-context.tsx";
import { type Asked, useCall } from "../vault/use-call.ts";
import { useVault } from "../vault/vault-context.ts";
import { askToWrite } from "./ask-to-write.ts";

interface Unfinished {
  readonly asked: Asked<readonly UnfinishedRestore[]>;
  /** Id of the one that is being planned. */
  readonly startingId: string | null;
  readonly fault: VaultFault | null;
  goOn(restore: UnfinishedRestore): Promise<void>;
  forget(restore: UnfinishedRestore): Promise<void>;
}

const REFUSED: VaultFault = {
  code: "folder_refused",
  message: "This browser was not allowed to write into the folder. Press Go on again and allow it.",
  retryable: true,
};

/** Folder restores that somebody may go on with, while the vault is open. */
export function useUnfinished(): Unfinished {
  const { vault, isOpen } = useVault();
  const { keepStarted } = useTaking();
  const [startingId, setStartingId] = useState<string | null>(null);
  const [fault, setFault] = useState<VaultFault | null>(null);
  const asked = useCall(isOpen ? "unfinished" : null, () => vault.calls.listUnfinished());

  async function attempt(restoreId: string, work: () => Promise<void>): Promise<void> {
    setFault(null);
    setStartingId(restoreId);
    try {
      await work();
    } catch (error) {
      setFault(toFault(error));
    } finally {
      setStartingId(null);
    }
  }

  return {
    asked,
    startingId,
    fault,
    goOn: ({ restoreId, scope, folder }) =>
      attempt(restoreId, async () => {
        // First: a browser asks only right after a press, and planning takes a while.
        if (!(await askToWrite(folder))) return setFault(REFUSED);
        const plan = await vault.calls.planRestore({ restoreId, scope });
        await startTake(vault, plan, { way: "folder", folder });
        keepStarted(restoreId, { scope, way: "folder" });
        goTo({ kind: "restore", restoreId });
      }),
    forget: ({ restoreId }) =>
      attempt(restoreId, async () => {
        await vault.calls.forgetUnfinished({ restoreId });
        asked.retry();
      }),
  };
}
