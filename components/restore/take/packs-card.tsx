import { formatCount } from "../../format/format-bytes.ts";
import { zoneWord } from "../../status/zone-word.ts";
import { Card } from "../../ui/card.tsx";
import { plural } from "../basket/describe-basket.ts";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";
import { type PackKind, PackMark } from "./pack-mark.tsx";

/** More marks than these are no longer seen one by one: then each stands for several. */
const MAX_MARKS = 240;
const FIRST_ZONE = "zone1";

/** Where the bytes came from, pack by pack. */
export function PacksCard({ progress }: { readonly progress: RestoreProgress }) {
  const sources = listSources(progress);
  const packs = sources.reduce((sum, { count }) => sum + count, 0);
  const each = Math.max(1, Math.ceil(packs / MAX_MARKS));
  const marks = sources.flatMap(({ kind, count }) => Array<PackKind>(Math.ceil(count / each)).fill(kind));
  return (
    <Card
      title={plural(packs, "pack")}
      note={each === 1 ? "read so far, one mark each" : `read so far, a mark for ${formatCount(each)}`}
    >
      {packs === 0 ? <p className="border-t border-line px-4 py-2 text-ink-3">None yet.</p> : null}
      <div aria-hidden="true" className="flex flex-wrap gap-[3px] px-4 empty:hidden">
        {marks.map((kind, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: marks of one kind are alike
          <PackMark key={at} kind={kind} />
        ))}
      </div>
      <ul className="flex flex-wrap gap-x-6 gap-y-1 px-4 py-3 text-small text-ink-2 empty:hidden">
        {sources.map(({ kind, count, words }) => (
          <li key={words} className="flex items-center gap-2">
            <PackMark kind={kind} />
            {formatCount(count)} {words}
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface Source {
  readonly kind: PackKind;
  readonly count: number;
  readonly words: string;
}

function listSources({ packsByZone, packsReplaced }: RestoreProgress): readonly Source[] {
  // What was damaged was read in two zones, and has a mark of its own.
  const read = Object.entries(packsByZone)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([zoneId, count]): Source => ({
        kind: zoneId === FIRST_ZONE ? "first" : "other",
        count: Math.max(0, count - packsReplaced),
        words: `from ${zoneWord(zoneId)}`,
      }),
    );
  const replaced: Source = { kind: "replaced", count: packsReplaced, words: "damaged, taken from another zone" };
  return [...read, replaced].filter(({ count }) => count > 0);
}
