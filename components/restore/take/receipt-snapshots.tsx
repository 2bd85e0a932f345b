import { Bytes } from "../../format/bytes.tsx";
import { formatCount } from "../../format/format-bytes.ts";
import { Moment } from "../../format/moment.tsx";
import { Card } from "../../ui/card.tsx";
import type { ReceiptText } from "./parse-receipt.ts";

const HEADS = ["Machine", "Source", "Snapshot"] as const;

/** By machine and snapshot, and what had none. */
export function ReceiptSnapshots({ receipt }: { readonly receipt: ReceiptText }) {
  return (
    <Card title="By machine and snapshot">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label="By machine and snapshot" tabIndex={0} className="overflow-x-auto border-t border-line">
        <table className="w-full border-collapse text-left">
          <thead>
            <tr className="text-small text-ink-3">
              {HEADS.map((word) => (
                <th key={word} scope="col" className="h-9 px-4 font-normal">
                  {word}
                </th>
              ))}
              <th scope="col" className="px-4 text-right font-normal">
                Documents
              </th>
              <th scope="col" className="px-4 text-right font-normal">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {receipt.snapshots.map((snapshot) => (
              <tr key={snapshot.snapshotId} className="border-t border-line">
                <td className="h-10 px-4 font-[560] whitespace-nowrap">{snapshot.machineName}</td>
                <td className="px-4">{snapshot.sourceName}</td>
                <td className="px-4">
                  <Moment at={new Date(snapshot.receivedAt)} isDated />
                </td>
                <td className="px-4 text-right">{formatCount(snapshot.documents)}</td>
                <td className="px-4 text-right">
                  <Bytes bytes={snapshot.bytes} />
                </td>
              </tr>
            ))}
            {receipt.missing.map(({ machineName, sourceName }) => (
              <tr key={`${machineName}/${sourceName}`} className="border-t border-line text-late">
                <td className="h-10 px-4">{machineName}</td>
                <td className="px-4">{sourceName}</td>
                <td className="px-4" colSpan={3}>
                  no snapshot by then
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
