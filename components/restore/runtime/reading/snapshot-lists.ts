import { machineIdSchema, sourceIdSchema } from "../../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../../contracts/limits.ts";
import type { SnapshotView } from "../../../../contracts/snapshots.ts";
import type { ManifestHeader } from "../../../../engine/format/manifest-header.ts";
import { checkSnapshotView } from "../../../../server/api/client/check-snapshot-view.ts";
import { listPages } from "../../../../server/api/client/list-pages.ts";
import type { OpenMember } from "../../../../server/api/client/open-member.ts";
import type { PortalClient } from "../../../../server/api/client/portal-client.ts";
import type { SnapshotPoint } from "../protocol/reading-calls.ts";

/** Which list: the snapshots of one source. */
export interface SourceRef {
  readonly sourceId: string;
  readonly machineId: string;
}

/** A listed snapshot that is what its agent signed. */
export interface GenuineSnapshot {
  readonly snapshotId: string;
  readonly receivedAtMs: number;
  readonly commit: number;
  readonly header: ManifestHeader;
}

/** What was found out about a listed snapshot. */
type Checked = { readonly header: ManifestHeader } | { readonly problem: string };

/** The snapshots of sources as the portal lists them, oldest first. */
export async function fetchSnapshots(client: PortalClient, source: SourceRef): Promise<SnapshotView[]> {
  const machineId = machineIdSchema.parse(source.machineId);
  const sourceId = sourceIdSchema.parse(source.sourceId);
  const views = await Array.fromAsync(
    listPages<SnapshotView>((cursor) =>
      client.snapshots.list.query({
        machineId,
        sourceId,
        limit: PAGE_MAX_COUNT,
        ...(cursor !== undefined && { cursor }),
      }),
    ),
  );
  return views.sort((a, b) => a.commit - b.commit);
}

export function toSnapshotPoint(view: SnapshotView, checked: Checked | null): SnapshotPoint {
  const { snapshotId, receivedAt, outcome, gaps, files, bytes, copies } = view;
  return {
    snapshotId,
    receivedAtMs: receivedAt.getTime(),
    outcome,
    gaps,
    files,
    bytes,
    copies: copies.map(({ ordinal, isPresent }) => ({ ordinal, isPresent })),
    isChecked: checked !== null,
    problem: checked !== null && "problem" in checked ? checked.problem : null,
  };
}

/** Lists of an open vault: each snapshot is checked once against what its agent signed. */
export class SnapshotLists {
  readonly #member: OpenMember;
  /** By all that was said of the snapshot. */
  readonly #checked = new Map<string, Checked>();
  readonly #lists = new Map<string, Promise<readonly GenuineSnapshot[]>>();

  constructor(member: OpenMember) {
    this.#member = member;
  }

  /** Asks the portal anew. */
  async list(source: SourceRef): Promise<SnapshotPoint[]> {
    const views = await fetchSnapshots(this.#member.client, source);
    this.#lists.set(source.sourceId, Promise.resolve(this.#genuine(views, source)));
    return views.map((view) => toSnapshotPoint(view, this.#check(view, source)));
  }

  /** The genuine ones, oldest first, as they were when the list was last asked for. */
  known(source: SourceRef): Promise<readonly GenuineSnapshot[]> {
    return this.#lists.get(source.sourceId) ?? this.fresh(source);
  }

  /** The same, asked for anew. */
  fresh(source: SourceRef): Promise<readonly GenuineSnapshot[]> {
    const list = fetchSnapshots(this.#member.client, source).then((views) => this.#genuine(views, source));
    this.#lists.set(source.sourceId, list);
    list.catch(() => this.#lists.delete(source.sourceId));
    return list;
  }

  /** The genuine snapshot of the same source before this one; null when there is none. */
  async findBefore(header: ManifestHeader, snapshotId: string): Promise<GenuineSnapshot | null> {
    const isThis = (one: GenuineSnapshot) => one.snapshotId === snapshotId;
    let list = await this.known(header);
    if (!list.some(isThis)) list = await this.fresh(header);
    return list[list.findIndex(isThis) - 1] ?? null;
  }

  #genuine(views: readonly SnapshotView[], source: SourceRef): GenuineSnapshot[] {
    return views.flatMap((view) => {
      const checked = this.#check(view, source);
      if ("problem" in checked) return [];
      const { snapshotId, receivedAt, commit } = view;
      return [{ snapshotId, receivedAtMs: receivedAt.getTime(), commit, header: checked.header }];
    });
  }

  #check(view: SnapshotView, source: SourceRef): Checked {
    // Which zones have it changes all the time, and nobody signs it.
    const { copies: _, ...said } = view;
    const key = JSON.stringify([source, said]);
    const known = this.#checked.get(key);
    if (known !== undefined) return known;
    const checked = checkView(this.#member, view, source);
    this.#checked.set(key, checked);
    return checked;
  }
}

function checkView({ tools, trust }: OpenMember, view: SnapshotView, source: SourceRef): Checked {
  if (view.sourceId !== source.sourceId || view.machineId !== source.machineId) {
    return { problem: `the portal lists snapshot ${view.snapshotId} under a source that is not its own` };
  }
  try {
    return { header: checkSnapshotView(tools.primitives, trust, view).header };
  } catch (error) {
    // Not genuine, or listed otherwise than signed; anything else is a fault of this program.
    if (error instanceof Error && "code" in error) return { problem: error.message };
    throw error;
  }
}
