import type { TreeEntry } from "../../../../engine/format/tree-entry.ts";
import { pathHash } from "../../../../engine/ids/chunk-id.ts";
import { fromBinaryText } from "../../../../engine/restore/binary-text.ts";
import type { ChangeHistory, DocumentState } from "../../../../engine/restore/change-history.ts";
import { getScopeKey } from "../../../../engine/restore/restore-keys.ts";
import { normalPath } from "../../../../engine/restore/snapshot-reader.ts";
import type { DocumentVersion, VersionList } from "../protocol/reading-calls.ts";
import type { OpenVault } from "../vault-room.ts";
import { modifiedAtMs } from "./folder-row.ts";
import { type PlannedVersion, planVersions, toVersion } from "./plan-versions.ts";
import type { GenuineSnapshot, SnapshotLists, SourceRef } from "./snapshot-lists.ts";

/** Problems that are told one by one. */
const MAX_PROBLEMS = 20;

export interface VersionTools {
  readonly vault: OpenVault;
  readonly lists: SnapshotLists;
  /** By key scope. */
  readonly historyOf: (scope: number) => ChangeHistory;
}

/** The versions of a path over all snapshots of its source. Costs a list or two for each snapshot the first time, and nothing then. */
export async function listVersions(
  { vault, lists, historyOf }: VersionTools,
  { path, ...source }: SourceRef & { readonly path: string },
): Promise<VersionList> {
  const snapshots = await lists.known(source);
  const scope = snapshots[0]?.header.scope ?? 0;
  const hash = pathHash(
    vault.member.tools.primitives,
    getScopeKey(vault.keys, scope),
    fromBinaryText(normalPath(path)),
  );
  const topIds = snapshots.map(({ header }) => header.changeListId);
  const states = await historyOf(scope).states(topIds, hash);
  const [newest, ...older] = planVersions(snapshots, states);
  const problems = describeProblems(snapshots, states);
  if (newest === undefined) return { versions: [], problems };
  const confirmed = await confirm(vault, newest, path);
  return {
    versions: [confirmed.version, ...older.map((version) => toVersion(version, false))],
    problems: [...confirmed.problems, ...problems],
  };
}

/** Reads the tree: what that says counts, whatever the list said. */
async function confirm(
  vault: OpenVault,
  planned: PlannedVersion,
  path: string,
): Promise<{ readonly version: DocumentVersion; readonly problems: readonly string[] }> {
  const hint = toVersion(planned, true);
  const { snapshotId, receivedAtMs } = planned.snapshot;
  const place = await (await vault.openSnapshot(snapshotId)).locate(path);
  const version = { snapshotId, receivedAtMs, ...describeEntry(place?.entry ?? null), isConfirmed: true };
  const isAsSaid =
    version.op === hint.op &&
    version.sizeBytes === hint.sizeBytes &&
    version.modifiedAtMs === hint.modifiedAtMs &&
    (place?.entry?.type ?? null) === (planned.row?.entryType ?? null);
  const problem = `The change list of snapshot ${snapshotId} says otherwise than its tree; the tree counts.`;
  return { version, problems: isAsSaid ? [] : [problem] };
}

function describeEntry(entry: TreeEntry | null): Pick<DocumentVersion, "op" | "sizeBytes" | "modifiedAtMs"> {
  if (entry === null) return { op: "gone", sizeBytes: 0, modifiedAtMs: 0 };
  const sizeBytes = entry.type === "file" ? entry.sizeBytes : 0;
  return { op: "present", sizeBytes, modifiedAtMs: modifiedAtMs(entry) };
}

function describeProblems(snapshots: readonly GenuineSnapshot[], states: readonly DocumentState[]): string[] {
  const problems = states.flatMap((state, at) =>
    state instanceof Error
      ? [`The change list of snapshot ${snapshots[at]?.snapshotId} cannot be read: ${state.message}`]
      : [],
  );
  if (problems.length <= MAX_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), `${problems.length - MAX_PROBLEMS} more change lists cannot be read.`];
}
