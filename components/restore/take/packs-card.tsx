import { formatCount } from "../../format/format-bytes.ts";
import { Card } from "../../ui/card.tsx";
import { plural } from "../basket/describe-basket.ts";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";

/** Where the bytes came from, pack by pack. */
export function PacksCard({ progress }: { readonly progress: RestoreProgress }) {
  const zones = Object.entries(progress.packsByZone).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const packs = zones.reduce((sum, [, count]) => sum + count, 0);
  return (
    <Card title={plural(packs, "pack")} note="read so far">
      <ul className="border-t border-line">
        {zones.map(([zoneId, count]) => (
          <li key={zoneId} className="flex justify-between border-b border-line px-4 py-2 last:border-b-0">
            <span>from {zoneId}</span>
            <span className="text-ink-2">{formatCount(count)}</span>
          </li>
        ))}
        {progress.packsReplaced > 0 ? (
          <li className="flex justify-between px-4 py-2 text-late">
            <span>damaged, taken from another zone</span>
            <span>{formatCount(progress.packsReplaced)}</span>
          </li>
        ) : null}
        {packs === 0 ? <li className="px-4 py-2 text-ink-3">None yet.</li> : null}
      </ul>
    </Card>
  );
}
