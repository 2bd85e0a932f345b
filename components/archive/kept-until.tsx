import type { SnapshotView } from "../../contracts/snapshots.ts";
import { Moment } from "../format/moment.tsx";
import { Icon } from "../ui/icon.tsx";

/** In which tier a snapshot is, and until when nobody can remove it. */
export function KeptUntil({ snapshot }: { readonly snapshot: Pick<SnapshotView, "frozen" | "isHeld" | "isInBackup"> }) {
  const { frozen, isHeld, isInBackup } = snapshot;
  return (
    <span className="block whitespace-nowrap">
      {frozen === null ? (
        <span className="text-ink-2">backup tier</span>
      ) : (
        <span className="inline-flex items-center gap-1">
          <Icon name="lock" />
          {frozen.snapshotClass}, until <Moment at={frozen.retainUntil} />
        </span>
      )}
      <span className="block text-small text-ink-3">
        {isHeld ? "under a hold" : frozen === null ? "" : isInBackup ? "in both tiers" : "archive"}
      </span>
    </span>
  );
}
