import { type ReactNode, useEffect, useMemo } from "react";
import { formatRoute } from "../route/route.ts";
import { useRoute } from "../route/use-route.ts";
import { FaultNote } from "./fault-note.tsx";
import { useCall } from "./use-call.ts";
import { useLock } from "./use-lock.ts";
import { type Vault, VaultContext } from "./vault-context.ts";

/** Lets members in. A visitor goes to the sign-in and comes back to the same place; staff read why there is nothing for them. */
export function VaultGate({ vault, children }: { readonly vault: Vault; readonly children: ReactNode }) {
  const asked = useCall("who", () => vault.calls.whoIsIt());
  const lock = useLock(vault);
  const who = asked.value;
  const scene = useMemo(
    () => (who?.kind === "member" ? { vault, person: who.person, lock, isOpen: lock.state === "unlocked" } : null),
    [who, vault, lock],
  );
  if (asked.fault !== null) {
    return (
      <Alone headline="The portal did not say who is signed in.">
        <FaultNote title="Nothing was opened." fault={asked.fault} onRetry={asked.retry} />
      </Alone>
    );
  }
  if (who === undefined) return <Alone headline="Restore">Asking the portal who is signed in.</Alone>;
  if (who.kind === "visitor") return <GoToSignIn />;
  if (who.kind === "staff") {
    return (
      <Alone headline="Staff have no vault.">
        <p className="text-ink-2">
          Only a company's own people can open what it backed up. {who.providerName} sees machine names, stored sizes,
          counts and times.
        </p>
        <p className="mt-4">
          <a href="/overview" className="font-[560] text-accent underline underline-offset-2">
            Go to the overview
          </a>
        </p>
      </Alone>
    );
  }
  return <VaultContext value={scene}>{children}</VaultContext>;
}

function GoToSignIn() {
  // Made from what was understood of the address, so that nothing else of a fragment ever reaches the server.
  const next = `/vault/${formatRoute(useRoute())}`;
  const address = `/sign-in?next=${encodeURIComponent(next)}`;
  useEffect(() => location.replace(address), [address]);
  return (
    <Alone headline="Sign in to restore.">
      <a href={address} className="font-[560] text-accent underline underline-offset-2">
        Go to the sign-in
      </a>
    </Alone>
  );
}

function Alone({ headline, children }: { readonly headline: string; readonly children: ReactNode }) {
  return (
    <main className="mx-auto max-w-[560px] px-4 py-24 text-center">
      <h1 className="text-headline font-semibold">{headline}</h1>
      <div className="mt-3">{children}</div>
    </main>
  );
}
