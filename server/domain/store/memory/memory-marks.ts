import type { PackTier } from "../../../../engine/format/pack-index.ts";
import { MAX_BATCH_IDS, StoreError } from "../store.ts";
import type { MachinePage, MarkIds, MarkLease, MarkOutcome, SnapshotRoots, SweepStore } from "../sweep-store.ts";
import type { ChunkEntry, Copy, SnapshotEntry } from "./memory-rows.ts";
import {
  type CompanyState,
  getCompany,
  hexOf,
  type MarkedPage,
  type MarkState,
  type MemoryState,
} from "./memory-state.ts";
import { SortedKeys } from "./sorted-keys.ts";

const ID_BYTES = 32;
const MAX_CLEARED = 10_000;
const MAX_COPIES = 16;

type Marks = Pick<
  SweepStore,
  "clearMarks" | "listUnmarkedRoots" | "markIds" | "listUnenteredPages" | "enterPages" | "listPageCopies"
>;

export function createMemoryMarks(state: MemoryState): Marks {
  return {
    async clearMarks(companyId, lease) {
      if (!isMarking(state, companyId, lease)) return "lease_lost";
      const { live, pages, open, openPackNos } = marksOf(getCompany(state, companyId), lease.jobName);
      const count = Math.min(live.size, MAX_CLEARED) + Math.min(pages.size, MAX_CLEARED);
      for (const packNo of [...live.keys()].slice(0, MAX_CLEARED)) live.delete(packNo);
      for (const key of [...pages.keys()].slice(0, MAX_CLEARED)) pages.delete(key);
      for (const packNo of open.keys()) openPackNos.delete(packNo);
      open.clear();
      return count === 0 ? "cleared" : "more";
    },
    async listUnmarkedRoots(companyId, { jobName, tier }, { after, limit }) {
      const company = state.companies.get(companyId);
      if (!company) return [];
      const { pages } = marksOf(company, jobName);
      const isMarked = ({ machineId, scope, topPageId, changeListId }: SnapshotRoots) =>
        [topPageId, changeListId].every((pageId) => pages.has(pageKey({ machineId, scope, pageId })));
      const found: SnapshotRoots[] = [];
      for (const entry of company.index.snapshotsAfter(after, company.nextCommit)) {
        const { commit, snapshot } = entry;
        const { scope, machineId, topPageId, changeListId } = snapshot;
        const roots = { commit, scope, machineId, topPageId, changeListId };
        if (isOf(tier, entry) && !isMarked(roots)) found.push(roots);
        if (found.length >= limit) break;
      }
      return found;
    },
    async markIds(companyId, lease, marks) {
      if (marks.ids.length > MAX_BATCH_IDS * ID_BYTES || marks.ids.length % ID_BYTES !== 0) {
        throw new StoreError("invalid", `${MAX_BATCH_IDS} whole ids in one call are the most`);
      }
      if (!isMarking(state, companyId, lease)) return { kind: "lease_lost" };
      return markAll(getCompany(state, companyId), lease, marks);
    },
    async listUnenteredPages(companyId, jobName, limit) {
      const company = state.companies.get(companyId);
      if (!company) return [];
      const { open, openPackNos } = marksOf(company, jobName);
      const found: MarkedPage[] = [];
      for (const packNo of openPackNos.after(null)) {
        found.push(...(open.get(packNo) ?? []));
        if (found.length >= limit) break;
      }
      return found
        .slice(0, limit)
        .map(({ machineId, scope, pageId, packId }) => ({ machineId, scope, pageId, packId }));
    },
    async enterPages(companyId, lease, entered) {
      if (!isMarking(state, companyId, lease)) return false;
      const marks = marksOf(getCompany(state, companyId), lease.jobName);
      for (const page of entered) {
        const marked = marks.pages.get(pageKey(page));
        if (marked) enterPage(marks, marked);
      }
      return true;
    },
    async listPageCopies(companyId, tier, { machineId, scope, pageId }) {
      const entries = state.companies.get(companyId)?.chunks.get(`${scope}/${hexOf(pageId)}`) ?? [];
      return entries
        .filter(
          (entry) =>
            isKept(entry) && entry.pack.tier === tier && entry.kind !== 1 && entry.pack.machineId === machineId,
        )
        .toSorted((a, b) => Number(a.pack.state === "quarantined") - Number(b.pack.state === "quarantined"))
        .slice(0, MAX_COPIES)
        .map(({ pack }) => pack.packId);
    },
  };
}

function markAll(company: CompanyState, { jobName, tier }: MarkLease, wanted: MarkIds): MarkOutcome {
  const { machineId, scope, ids, arePages, exceptArchived = false } = wanted;
  const marks = marksOf(company, jobName);
  const { live, pages } = marks;
  const lacking: Uint8Array[] = [];
  for (let at = 0; at < ids.length; at += ID_BYTES) {
    const pageId = ids.slice(at, at + ID_BYTES);
    const entries = (company.chunks.get(`${scope}/${hexOf(pageId)}`) ?? []).filter(isKept);
    const kept = countedOf(entries.filter(({ pack }) => pack.tier === tier));
    const isDone = exceptArchived && entries.some(isArchivedWhole);
    for (const { pack, frame } of isDone ? [] : kept)
      live.set(pack.packNo, (live.get(pack.packNo) ?? new Set()).add(frame));
    const own = kept.find(({ kind, pack }) => kind !== 1 && pack.machineId === machineId);
    const page = { machineId, scope, pageId };
    if (own && !pages.has(pageKey(page))) {
      const { packNo, packId } = own.pack;
      openPage(marks, { ...page, packNo, packId, isEntered: false });
    }
    const isContent = !arePages && kept.some(({ kind }) => kind === 1);
    if (!own && !isContent) lacking.push(pageId);
  }
  return { kind: "marked", lacking };
}

function openPage({ pages, open, openPackNos }: MarkState, page: MarkedPage): void {
  pages.set(pageKey(page), page);
  open.set(page.packNo, (open.get(page.packNo) ?? new Set()).add(page));
  openPackNos.add(page.packNo);
}

function enterPage({ open, openPackNos }: MarkState, page: MarkedPage): void {
  page.isEntered = true;
  const left = open.get(page.packNo);
  left?.delete(page);
  if (left?.size !== 0) return;
  open.delete(page.packNo);
  openPackNos.delete(page.packNo);
}

/** Whether this tier has the snapshot. */
function isOf(tier: PackTier, { backupLeftAt, frozen, archiveExpiredAt }: SnapshotEntry): boolean {
  return tier === "backup" ? backupLeftAt === null : frozen !== null && archiveExpiredAt === null;
}

/** Without packs whose place another has taken for this id. */
function countedOf(entries: readonly ChunkEntry[]): readonly ChunkEntry[] {
  return entries.filter(({ pack }) => {
    const into = entries.find((each) => each.pack.packNo === pack.repackedInto)?.pack;
    return into === undefined || into.state !== "live" || [...into.copies.values()].some(isLacking);
  });
}

function isArchivedWhole({ pack }: ChunkEntry): boolean {
  return pack.tier === "archive" && pack.state === "live" && ![...pack.copies.values()].some(isLacking);
}

function isLacking({ state }: Copy): boolean {
  return state !== "present";
}

function isKept({ pack }: ChunkEntry): boolean {
  return pack.state === "live" || pack.state === "quarantined";
}

export function marksOf(company: CompanyState, jobName: string): MarkState {
  const marks = company.marks.get(jobName) ?? {
    live: new Map(),
    pages: new Map(),
    open: new Map(),
    openPackNos: new SortedKeys<number>(),
  };
  company.marks.set(jobName, marks);
  return marks;
}

function pageKey({ machineId, scope, pageId }: MachinePage): string {
  return `${machineId}/${scope}/${hexOf(pageId)}`;
}

/** Whether the job is still its own. */
export function isMarking(state: MemoryState, companyId: string, { jobName, fencingToken }: MarkLease): boolean {
  const job = state.jobs.get(`${companyId}/${jobName}`);
  return job?.fencingToken === fencingToken && job.leaseUntilMs !== 0;
}
