import type { MachineId, SourceId } from "../../../../contracts/ids.ts";
import { snapshotIdSchema } from "../../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../../contracts/limits.ts";
import type { MachineView, SourceView } from "../../../../contracts/machines.ts";
import type { SnapshotView } from "../../../../contracts/snapshots.ts";
import { toReadableText } from "../../../../engine/restore/binary-text.ts";
import { parentOf } from "../../../../engine/restore/paths.ts";
import { toSafeName, UniqueNames } from "../../../../engine/zip/unique-names.ts";
import { checkMachineHistory } from "../../../../server/api/client/check-history.ts";
import { checkSnapshotView } from "../../../../server/api/client/check-snapshot-view.ts";
import { listPages } from "../../../../server/api/client/list-pages.ts";
import type { OpenMember } from "../../../../server/api/client/open-member.ts";
import { readSourceNames } from "../../../../server/api/client/read-source-names.ts";
import type { DocumentRef } from "../protocol/reading-calls.ts";
import type { RestorePlan, RestoreScope } from "../protocol/restore-calls.ts";
import { RestoreRefusedError } from "./restore-refused-error.ts";
import type { SnapshotAccess } from "./take-access.ts";
import { baseNameOf, type Selection, type TakePart, toTimeName, withoutNested } from "./take-part.ts";

/** What a scope stands for, snapshot by snapshot. */
export interface ResolvedScope {
  readonly parts: readonly TakePart[];
  readonly missing: RestorePlan["missing"];
  /** Without an ending. */
  readonly baseName: string;
}

/** More would be a list that nobody chose by hand. */
const MAX_ITEMS = 10_000;

export function resolveScope(member: OpenMember, access: SnapshotAccess, scope: RestoreScope): Promise<ResolvedScope> {
  return scope.kind === "moment" ? resolveMoment(member, scope) : resolveBasket(member, access, scope.items);
}

/**
 * For each source the newest snapshot at or before the moment, each in a folder of its machine and source. The server says which is
 * the newest; so the history of each machine is checked for what it may have left out.
 */
async function resolveMoment(
  member: OpenMember,
  { machineId, atMs }: Extract<RestoreScope, { kind: "moment" }>,
): Promise<ResolvedScope> {
  const parts: TakePart[] = [];
  const missing: { machineName: string; sourceName: string }[] = [];
  const machineNames = new UniqueNames();
  const machines = (await listMachines(member)).filter(
    (machine) => machineId === null || machine.machineId === machineId,
  );
  for (const machine of machines) {
    await requireHistory(member, machine);
    const folder = machineNames.give(toSafeName(machine.name));
    const sourceNames = new UniqueNames();
    const sources = await listSources(member, machine.machineId);
    if (sources.length === 0) missing.push({ machineName: machine.name, sourceName: "" });
    for (const { sourceId, sourceName } of sources) {
      const view = await findAt(member, { machineId: machine.machineId, sourceId, atMs });
      if (view === null) missing.push({ machineName: machine.name, sourceName });
      else {
        const own = sourceNames.give(toSafeName(sourceName));
        const selections = [{ path: "", folder: `${folder}/${own}`, name: null }];
        parts.push({ ...partOf(view, sourceName), selections });
      }
    }
  }
  const [only] = machines;
  const who = machineId !== null && only ? only.name : "company";
  return { parts, missing, baseName: `${toSafeName(who)} ${toTimeName(atMs)}` };
}

async function requireHistory(member: OpenMember, machine: MachineView): Promise<void> {
  const [finding] = await checkMachineHistory(member, machine.machineId);
  if (finding === undefined) return;
  throw new RestoreRefusedError(
    "history_broken",
    `The history of ${machine.name} does not fit together: ${finding.message}. Nothing was restored. Choose single snapshots of it, and ask the provider why.`,
  );
}

async function listMachines({ client }: OpenMember): Promise<MachineView[]> {
  const pages = listPages<MachineView>((cursor) =>
    client.machines.list.query({ limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
  return (await Array.fromAsync(pages)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function listSources(
  member: OpenMember,
  machineId: MachineId,
): Promise<{ sourceId: SourceId; sourceName: string }[]> {
  const names = await readSourceNames(member, machineId);
  const pages = listPages<SourceView>((cursor) =>
    member.client.sources.list.query({ machineId, limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
  const sources = await Array.fromAsync(pages);
  return sources.map(({ sourceId, kind, ordinal }) => ({
    sourceId,
    sourceName: names.get(sourceId) ?? toOrdinalName(kind, ordinal),
  }));
}

/** "Files 1": what a source is called where its name is not known. */
function toOrdinalName(kind: SourceView["kind"], ordinal: number): string {
  return `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)} ${ordinal}`;
}

async function findAt(
  member: OpenMember,
  { machineId, sourceId, atMs }: { machineId: MachineId; sourceId: SourceId; atMs: number },
): Promise<SnapshotView | null> {
  // `before` leaves out its own moment.
  const page = await member.client.snapshots.list.query({ machineId, sourceId, before: new Date(atMs + 1), limit: 1 });
  const [view] = page.rows;
  if (view === undefined) return null;
  const { header } = checkSnapshotView(member.tools.primitives, member.trust, view);
  if (header.machineId !== machineId || header.sourceId !== sourceId || view.receivedAt.getTime() > atMs) {
    throw new RestoreRefusedError("snapshot_misreported", "The portal listed a snapshot of another source or time.");
  }
  return view;
}

function partOf(view: SnapshotView, sourceName: string): Omit<TakePart, "selections"> {
  const { snapshotId, machineId, machineName, sourceId, receivedAt } = view;
  return { snapshotId, machineId, machineName, sourceId, sourceName, receivedAtMs: receivedAt.getTime() };
}

/** Everything that was chosen, each under its own name; by snapshot in folders when there are several. */
async function resolveBasket(
  member: OpenMember,
  access: SnapshotAccess,
  items: readonly DocumentRef[],
): Promise<ResolvedScope> {
  if (items.length === 0 || items.length > MAX_ITEMS) {
    throw new RestoreRefusedError("bad_basket", `Choose between 1 and ${MAX_ITEMS} documents and folders.`);
  }
  const bySnapshot = Map.groupBy(items, ({ snapshotId }) => snapshotId);
  const folders = new UniqueNames();
  const parts: TakePart[] = [];
  for (const [snapshotId, chosen] of bySnapshot) {
    const view = await member.client.snapshots.get.query({ snapshotId: snapshotIdSchema.parse(snapshotId) });
    checkSnapshotView(member.tools.primitives, member.trust, view);
    const names = await readSourceNames(member, view.machineId);
    const part = partOf(view, names.get(view.sourceId) ?? toOrdinalName(view.sourceKind, view.sourceOrdinal));
    const folder = bySnapshot.size === 1 ? "" : folders.give(toSafeName(labelOf(part)));
    parts.push({ ...part, selections: await selectionsOf(access, { snapshotId, chosen, folder }) });
  }
  return { parts, missing: [], baseName: baseNameOf(parts) };
}

function labelOf({ machineName, sourceName, receivedAtMs }: Omit<TakePart, "selections">): string {
  return `${machineName}, ${sourceName}, ${toTimeName(receivedAtMs)}`;
}

async function selectionsOf(
  access: SnapshotAccess,
  { snapshotId, chosen, folder }: { snapshotId: string; chosen: readonly DocumentRef[]; folder: string },
): Promise<Selection[]> {
  const reader = await access.openSnapshot(snapshotId);
  const found: string[] = [];
  for (const { steps } of chosen) found.push((await reader.at(steps)).path);
  const names = new UniqueNames();
  return withoutNested(found).map((path) => {
    if (path === "") return { path, folder, name: null };
    const parent = parentOf(path);
    const own = toReadableText(parent === "" ? path : path.slice(parent.length + 1));
    return { path, folder, name: names.give(toSafeName(own)) };
  });
}
