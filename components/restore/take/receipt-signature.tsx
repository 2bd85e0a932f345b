import { Moment } from "../../format/moment.tsx";
import { Card } from "../../ui/card.tsx";
import type { RestoreReceipt } from "../runtime/protocol/restore-calls.ts";
import type { ReceiptText } from "./parse-receipt.ts";

/** What happened on the way, and what proves the receipt later. */
export function ReceiptSignature(props: {
  readonly receipt: ReceiptText;
  readonly signed: RestoreReceipt;
  readonly email: string;
}) {
  const { receipt, signed, email } = props;
  return (
    <div className="grid items-start gap-3 md:grid-cols-2">
      <Card title="On the way">
        <ul className="border-t border-line px-4 py-2 text-ink-2">
          {receipt.happened.length === 0 ? <li>Nothing out of the ordinary.</li> : null}
          {receipt.happened.map(({ at, text }) => (
            <li key={`${at} ${text}`} className="py-1">
              <span className="mr-2 text-small text-ink-3">
                <Moment at={new Date(at)} />
              </span>
              {text}
            </li>
          ))}
          <li className="py-1">No key and no name left this browser.</li>
        </ul>
      </Card>
      <Card title="Signature">
        <dl className="grid grid-cols-[80px_minmax(0,1fr)] gap-x-3 gap-y-1 border-t border-line px-4 py-3 text-small">
          <dt className="text-ink-2">Receipt</dt>
          <dd className="font-mono break-all">{receipt.restoreId}</dd>
          {receipt.sha256 === null ? null : (
            <>
              <dt className="text-ink-2">File</dt>
              <dd className="font-mono break-all">sha256 {receipt.sha256}</dd>
            </>
          )}
          <dt className="text-ink-2">Signed by</dt>
          <dd className="break-all">
            {email} <span className="font-mono">ed25519 {signed.signPublicKey}</span>
          </dd>
        </dl>
      </Card>
    </div>
  );
}
