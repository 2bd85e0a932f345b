import { StatusShape } from "../../status/status-mark.tsx";
import type { VaultPerson } from "../runtime/protocol/session-calls.ts";

/** What this browser holds the company's log against. */
export function PinLine({ pin }: { readonly pin: VaultPerson["pin"] }) {
  return (
    <p className="mt-4 flex gap-2 text-small text-ink-2">
      <StatusShape shape={pin === null ? "dashed" : "check"} tone={pin === null ? "quiet" : "ok"} />
      {pin === null ? (
        <span>
          This browser has not opened this company before. What it sees now is pinned: from then on an older or another
          company log opens nothing here.
        </span>
      ) : (
        <span>
          Root key <code className="font-mono">{groupHex(pin.rootFingerprint)}</code> as this browser pinned it, company
          log at number {pin.logNumber}.
        </span>
      )}
    </p>
  );
}

/** First and last digits, which are what people compare. */
export function groupHex(hex: string): string {
  return `${hex.slice(0, 4)} ${hex.slice(4, 8)} … ${hex.slice(-4)}`;
}
