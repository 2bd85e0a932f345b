import type { ChunkLocation } from "../../../../engine/ports/chunk-index.ts";
import type { NewPack, PackRow, PackStore, ReachedChunk, ReachQuery, RecordPackOutcome } from "../pack-store.ts";
import type { RunLease } from "../run-store.ts";
import { MAX_BATCH_IDS, MAX_COPIES_IDS, StoreError } from "../store.ts";
import { healFindings } from "./memory-findings.ts";
import type { ChunkEntry, PackEntry } from "./memory-rows.ts";
import {
  type CompanyState,
  findHeld,
  getCompany,
  hexOf,
  isPresent,
  type MemoryState,
  newCopies,
} from "./memory-state.ts";

const ID_BYTES = 32;

export function createMemoryPacks(state: MemoryState): PackStore {
  return {
    async known({ companyId, scope, zoneId, machineId, kind, chunkIds }) {
      const serves = ({ pack, kind: stored }: ChunkEntry) =>
        stored === kind &&
        pack.state === "live" &&
        pack.tier === "backup" &&
        isPresent(pack.copies, zoneId) &&
        (kind === 1 || pack.machineId === machineId);
      return entriesOf(state.companies.get(companyId), scope, chunkIds).map((entries) => entries.some(serves));
    },
    async locate(companyId, scope, chunkIds) {
      return entriesOf(state.companies.get(companyId), scope, chunkIds).map((entries) => {
        const [best] = entries
          .filter(({ pack }) => isReadable(pack))
          .toSorted((a, b) => tierRank(a) - tierRank(b) || copyCount(b.pack) - copyCount(a.pack));
        return best ? { packId: best.pack.packId, frame: best.frame } : null;
      });
    },
    async locateCopies(companyId, scope, chunkIds) {
      requireAtMost(chunkIds.length, MAX_COPIES_IDS);
      return entriesOf(state.companies.get(companyId), scope, chunkIds).map(byTurns);
    },
    async reach(companyId, query) {
      const company = state.companies.get(companyId);
      return entriesOf(company, query.scope, query.chunkIds).map((entries, at) =>
        company ? reachOne(company, query, { entries, chunkId: query.chunkIds[at] ?? new Uint8Array(0) }) : null,
      );
    },
    recordPack: async (companyId, lease, zoneId, pack) =>
      recordPack(state, state.companies.get(companyId), { lease, zoneId, pack }),
    async findPack(companyId, packId) {
      const pack = state.companies.get(companyId)?.packs.get(packId);
      return pack ? toPackRow(pack) : null;
    },
    async listPacks(companyId, packIds) {
      return packIds.map((packId) => {
        const pack = state.companies.get(companyId)?.packs.get(packId);
        return pack ? toPackRow(pack) : null;
      });
    },
    async listRunPacks(companyId, runId, { after = "", limit }) {
      return (state.companies.get(companyId)?.index.packsOfRun(runId) ?? [])
        .filter((pack) => pack.packId > after)
        .toSorted((a, b) => (a.packId < b.packId ? -1 : 1))
        .slice(0, limit)
        .map(toPackRow);
    },
    async getClosure(companyId) {
      const { generation, publications } = getCompany(state, companyId);
      return { generation, publications };
    },
    async quarantinePacks(companyId, packIds, publications) {
      const company = getCompany(state, companyId);
      if (company.publications !== publications) return { kind: "marks_outdated", publications: company.publications };
      const packs = packIds.map((packId) => company.packs.get(packId)).filter((pack) => pack?.state === "live");
      const atMs = state.now().getTime();
      for (const pack of packs) {
        if (!pack) continue;
        company.index.setPackState(pack, "quarantined");
        pack.quarantine = { atMs, round: null, token: 0 };
      }
      if (packs.length > 0) {
        company.generation++;
        state.outbox.push({ companyId, kind: "packs_quarantined" });
      }
      return { kind: "quarantined", packIds: packs.flatMap((pack) => (pack ? [pack.packId] : [])) };
    },
  };
}

export function toPackRow(pack: PackEntry): PackRow {
  const { packId, packKind, scope, sizeBytes, directoryOffset, directorySizeBytes, state, machineId, runId } = pack;
  const { tier, lockedUntil } = pack;
  const copies = [...pack.copies].map(([zoneId, copy]) => ({ zoneId, state: copy.state }));
  return {
    ...{ packId, packKind, scope, sizeBytes, directoryOffset, directorySizeBytes, state, machineId, runId },
    ...{ tier, lockedUntil },
    copies: copies.toSorted((a, b) => (a.zoneId < b.zoneId ? -1 : 1)),
  };
}

function tierRank({ pack }: ChunkEntry): number {
  return pack.tier === "backup" ? 0 : 1;
}

function isReadable(pack: PackEntry): boolean {
  const isKept = pack.state === "live" || pack.state === "quarantined";
  return isKept && [...pack.copies.values()].some((copy) => copy.state !== "missing");
}

function copyCount(pack: PackEntry): number {
  return [...pack.copies.values()].filter((copy) => copy.state === "present").length;
}

const MAX_COPIES = 16;

/** One pack of each machine, then a second of each. */
function byTurns(entries: readonly ChunkEntry[]): ChunkLocation[] {
  const turns = new Map<string, number>();
  return entries
    .filter(({ pack }) => isReadable(pack))
    .toSorted((a, b) => copyCount(b.pack) - copyCount(a.pack))
    .map((entry) => {
      const turn = turns.get(entry.pack.machineId) ?? 0;
      turns.set(entry.pack.machineId, turn + 1);
      return { entry, turn };
    })
    .toSorted((a, b) => a.turn - b.turn)
    .slice(0, MAX_COPIES)
    .map(({ entry: { pack, frame } }) => ({ packId: pack.packId, frame }));
}

function requireAtMost(count: number, limit: number): void {
  if (count > limit) throw new StoreError("invalid", `${count} ids in one call; ${limit} are the most`);
}

function entriesOf(company: CompanyState | undefined, scope: number, chunkIds: readonly Uint8Array[]): ChunkEntry[][] {
  requireAtMost(chunkIds.length, MAX_BATCH_IDS);
  return chunkIds.map((chunkId) => {
    if (chunkId.length !== ID_BYTES) throw new StoreError("invalid", `an id has ${ID_BYTES} bytes`);
    return company?.chunks.get(`${scope}/${hexOf(chunkId)}`) ?? [];
  });
}

export function closedPageKey(
  machineId: string,
  zoneId: string,
  page: { readonly scope: number; readonly idHex: string },
): string {
  return `${machineId}/${zoneId}/${page.scope}/${page.idHex}`;
}

function reachOne(
  company: CompanyState,
  { scope, zoneId, machineId }: ReachQuery,
  { entries, chunkId }: { readonly entries: readonly ChunkEntry[]; readonly chunkId: Uint8Array },
): ReachedChunk | null {
  const serving = entries.filter(
    ({ pack, kind }) =>
      (pack.state === "live" || pack.state === "quarantined") &&
      pack.tier === "backup" &&
      isPresent(pack.copies, zoneId) &&
      (kind === 1 || pack.machineId === machineId),
  );
  const best = serving.find(({ pack }) => pack.state === "live") ?? serving[0];
  if (!best) return null;
  const key = closedPageKey(machineId, zoneId, { scope, idHex: hexOf(chunkId) });
  const isClosed = best.kind !== 1 && company.closedPages.get(key) === company.generation;
  const { pack, frame, kind } = best;
  return { kind, packId: pack.packId, frame, isQuarantined: pack.state === "quarantined", isClosed };
}

interface RecordInput {
  readonly lease: RunLease;
  readonly zoneId: string;
  readonly pack: NewPack;
}

function recordPack(
  state: MemoryState,
  company: CompanyState | undefined,
  { lease, zoneId, pack }: RecordInput,
): RecordPackOutcome {
  if (!company || findHeld(state, company, lease) === null) return { kind: "lease_lost" };
  const stored = company.packs.get(pack.packId);
  if (stored) {
    if (stored.state === "deleting" || stored.state === "gone") return { kind: "pack_refused" };
    company.index.setCopy(stored, zoneId, { state: "present", code: null });
    healFindings(state, company, { zoneId, entry: stored });
    return { kind: "recorded", isNew: false };
  }
  addPack(state, company, { pack, runId: lease.runId, copies: newCopies(state, zoneId) });
  state.outbox.push({ companyId: company.companyId, kind: "pack_recorded" });
  return { kind: "recorded", isNew: true };
}

/** Of a pack that was just made, maybe once more: what was found about these copies is over. */
export function recordMadeCopies(
  state: MemoryState,
  company: CompanyState,
  { entry, zoneIds }: { readonly entry: PackEntry; readonly zoneIds: readonly string[] },
): void {
  for (const zoneId of zoneIds) {
    company.index.setCopy(entry, zoneId, { state: "present", code: null });
    healFindings(state, company, { zoneId, entry });
  }
}

/** Out of quarantine. */
export function makeLive(company: CompanyState, pack: PackEntry): void {
  company.index.setPackState(pack, "live");
  pack.quarantine = null;
}

interface AddedPack extends Pick<PackEntry, "runId" | "copies"> {
  readonly pack: NewPack;
  /** Makes it one of the archive. */
  readonly lockedUntil?: Date;
}

/** A live pack with its members. */
export function addPack(state: MemoryState, company: CompanyState, added: AddedPack): PackEntry {
  const { pack, runId, copies, lockedUntil = null } = added;
  const tier = lockedUntil === null ? "backup" : "archive";
  const { members, ...shape } = pack;
  const packNo = ++state.lastPackNo;
  const fresh = { createdAtMs: state.now().getTime(), quarantine: null, deletedRound: null, repackedInto: null };
  const entry: PackEntry = { ...shape, packNo, state: "live", tier, lockedUntil, runId, copies, ...fresh };
  company.packs.set(pack.packId, entry);
  company.index.addPack(entry);
  members.frames.forEach((frame, at) => {
    const key = `${pack.scope}/${hexOf(members.chunkIds.subarray(at * ID_BYTES, (at + 1) * ID_BYTES))}`;
    const entries = company.chunks.get(key) ?? [];
    if (!entries.some((each) => each.pack === entry))
      entries.push({ pack: entry, frame, kind: members.kinds[at] ?? 1 });
    company.chunks.set(key, entries);
  });
  return entry;
}
