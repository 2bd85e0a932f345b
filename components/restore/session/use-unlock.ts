import { useState } from "react";
import { toFault } from "../runtime/rpc.ts";
import { useVault } from "../vault/vault-context.ts";
import { describeRefusal } from "./describe-refusal.ts";

export interface Unlocking {
  readonly isOpening: boolean;
  /** Why nothing was opened, in words. */
  readonly refusal: string | null;
  unlock(secret: string): Promise<void>;
}

/** Asks the worker to open; the screen follows from its event, so there is nothing to do when it worked. */
export function useUnlock(isRecovery: boolean): Unlocking {
  const { vault, person } = useVault();
  const [isOpening, setIsOpening] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const unlock = async (secret: string) => {
    if (isOpening) return;
    setIsOpening(true);
    setRefusal(null);
    try {
      if (isRecovery) await vault.calls.unlockByRecoveryKey({ words: secret });
      else await vault.calls.unlock({ passphrase: secret });
    } catch (error) {
      setRefusal(describeRefusal(toFault(error), person.providerName));
      document.getElementById("passphrase")?.focus();
    } finally {
      setIsOpening(false);
    }
  };
  return { isOpening, refusal, unlock };
}
