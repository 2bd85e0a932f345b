import type { SnapshotView } from "../../../contracts/snapshots.ts";
import { fromBase64 } from "../../../engine/codec/hex.ts";
import { type CheckedHeader, type CompanyTrust, checkManifestHeader } from "../../../engine/keys/manifest-checks.ts";
import type { Primitives } from "../../../engine/ports/primitives.ts";
import { MemberError } from "./member-error.ts";

/**
 * Checks that a listed snapshot is the one whose header an agent of this company signed, and that the list says the
 * same as the header.
 *
 * @throws IntegrityError as `checkManifestHeader`; MemberError `snapshot_misreported`
 */
export function checkSnapshotView(primitives: Primitives, trust: CompanyTrust, view: SnapshotView): CheckedHeader {
  if (view.header === null) throw misreported(view, "its signed header is missing");
  const checked = checkManifestHeader(primitives, trust, fromBase64(view.header));
  const { header, headerHash } = checked;
  if (headerHash.slice(0, view.snapshotId.length) !== view.snapshotId) throw misreported(view, "its id is another");
  const isSame =
    header.machineId === view.machineId &&
    header.sourceId === view.sourceId &&
    header.runId === view.runId &&
    checked.agent.agentId === view.agentId &&
    header.startedAtMs === view.startedAt.getTime() &&
    header.endedAtMs === view.endedAt.getTime() &&
    header.entryCount === view.entries &&
    header.fileCount === view.files &&
    header.contentBytes === view.bytes &&
    header.gapCount === view.gaps;
  if (!isSame) throw misreported(view, "its machine, source, run, times or counts are others");
  return checked;
}

function misreported({ snapshotId }: SnapshotView, what: string): MemberError {
  return new MemberError(
    "snapshot_misreported",
    `the portal lists snapshot ${snapshotId} otherwise than its agent signed it: ${what}`,
  );
}
