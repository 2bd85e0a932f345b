import { formatCount } from "../../format/format-bytes.ts";
import { Card } from "../../ui/card.tsx";
import { plural } from "../basket/describe-basket.ts";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";

/** Documents that could not be restored, by name while the vault is open; shown only when there are any. */
export function FailedCard({ progress }: { readonly progress: RestoreProgress }) {
  const { documentsFailed, failed } = progress;
  if (documentsFailed === 0) return null;
  return (
    <Card title={`${plural(documentsFailed, "document")} could not be restored`}>
      <ul className="border-t border-line">
        {failed.map(({ machineName, path, reason }) => (
          <li key={`${machineName}/${path}`} className="border-b border-line px-4 py-2 last:border-b-0">
            <span className="block font-[560] break-words text-fail">{path}</span>
            <span className="block text-small text-ink-2">
              {machineName}: {reason}
            </span>
          </li>
        ))}
        {failed.length < documentsFailed ? (
          <li className="px-4 py-2 text-ink-2">
            {failed.length === 0
              ? "Unlock to see which."
              : `Showing ${formatCount(failed.length)} of ${formatCount(documentsFailed)}.`}
          </li>
        ) : null}
      </ul>
    </Card>
  );
}
