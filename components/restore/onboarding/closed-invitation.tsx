import { buttonClass } from "../../ui/button.tsx";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { sentenceOf } from "./step-problem.tsx";

const HEADLINE: Readonly<Record<string, string>> = {
  invitation_used: "This invitation was used.",
  invitation_expired: "This invitation has expired.",
  invitation_invalid: "This invitation is not valid.",
  bad_link: "This link is not whole.",
};

const ADVICE: Readonly<Record<string, string>> = {
  invitation_used:
    "It works once. If you made the keys, sign in and unlock with your passphrase. If it was not you, tell your provider at once.",
  invitation_expired: "Ask your provider for a new link.",
  invitation_invalid: "Copy the whole link of the newest invitation, or ask your provider for another one.",
  bad_link: "Copy it again, with everything that stands after the #.",
};

/** An invitation that lets nobody in, and the way out. */
export function ClosedInvitation({ fault }: { readonly fault: VaultFault }) {
  return (
    <main className="mx-auto max-w-[560px] px-4 py-24">
      <h1 className="text-headline font-semibold">{HEADLINE[fault.code] ?? "The invitation could not be opened."}</h1>
      <p className="mt-2 text-ink-2">
        {ADVICE[fault.code] ?? `${sentenceOf(fault.message)} Nothing was made. Load this page again in a moment.`}
      </p>
      <p className="mt-6 flex flex-wrap items-center gap-3">
        <a href="/sign-in" className={buttonClass("plain", "large")}>
          Go to the sign-in
        </a>
        <span className="font-mono text-small text-ink-3">{fault.code}</span>
      </p>
    </main>
  );
}
