import { useEffect, useState } from "react";
import type { InvitationShown, KeysDraft } from "../runtime/protocol/owner-calls.ts";
import type { VaultCalls, VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { type CallClient, toFault } from "../runtime/rpc.ts";

export type OnboardingStage =
  | { readonly kind: "opening" | "closed" | "keys" }
  | { readonly kind: "words" | "recovery"; readonly draft: KeysDraft }
  | { readonly kind: "sent"; readonly isSignedIn: boolean };

export interface Onboarding {
  readonly stage: OnboardingStage;
  /** Null while it is not known whose invitation it is. */
  readonly invitation: InvitationShown | null;
  /** Keys are being made or handed over. */
  readonly isBusy: boolean;
  /** Why the last thing did not work; in stage "closed", why the invitation lets nobody in. */
  readonly fault: VaultFault | null;
  /** Makes keys, with six words. */
  readonly make: (password: string) => Promise<void>;
  /** Makes other keys for the password that was given: with this passphrase, or with six words. */
  readonly makeAgain: (passphrase: string | null) => Promise<void>;
  readonly confirmWords: () => void;
  /** The recovery key is confirmed as well: only now anything is sent. */
  readonly send: () => Promise<void>;
}

/** The steps in their order. All of it is gone with a reload, which is why a reload makes new keys. */
export function useOnboarding(vault: CallClient<VaultCalls>, link: string): Onboarding {
  const [stage, setStage] = useState<OnboardingStage>({ kind: "opening" });
  const [invitation, setInvitation] = useState<InvitationShown | null>(null);
  const [password, setPassword] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [fault, setFault] = useState<VaultFault | null>(null);
  useEffect(() => {
    let isWanted = true;
    vault.calls.readInvitation({ link }).then(
      (found) => {
        if (!isWanted) return;
        setInvitation(found);
        setStage({ kind: "keys" });
      },
      (error: unknown) => {
        if (!isWanted) return;
        setFault(toFault(error));
        setStage({ kind: "closed" });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [vault, link]);
  useLeavingAsked(stage.kind === "words" || stage.kind === "recovery");

  const attempt = async (work: () => Promise<OnboardingStage>) => {
    setIsBusy(true);
    setFault(null);
    try {
      setStage(await work());
    } catch (error) {
      setFault(toFault(error));
    }
    setIsBusy(false);
  };
  const draftWith = (given: string, passphrase: string | null) =>
    attempt(async () => {
      setPassword(given);
      return { kind: "words", draft: await vault.calls.draftKeys({ link, password: given, passphrase }) };
    });
  return {
    stage,
    invitation,
    isBusy,
    fault,
    make: (given) => draftWith(given, null),
    makeAgain: (passphrase) => draftWith(password, passphrase),
    confirmWords: () => {
      if (stage.kind === "words") setStage({ kind: "recovery", draft: stage.draft });
    },
    send: () =>
      attempt(async () => {
        const { isSignedIn } = await vault.calls.sendKeys();
        setPassword("");
        // The invitation is used: an address that still holds its secret would only mislead.
        history.replaceState(null, "", "#/onboard");
        return { kind: "sent", isSignedIn };
      }),
  };
}

/** The browser asks before keys that nobody else has are thrown away. */
function useLeavingAsked(isUnsent: boolean): void {
  useEffect(() => {
    if (!isUnsent) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isUnsent]);
}
