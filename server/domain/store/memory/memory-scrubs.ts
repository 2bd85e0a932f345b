import { FINDING_STATES } from "../../../../contracts/scrubs.ts";
import type { ScrubSave, ScrubStore, SnapshotRoots } from "../scrub-store.ts";
import { toFindingRow } from "./memory-findings.ts";
import { createMemoryJobs } from "./memory-jobs.ts";
import { FINDING_COLUMNS, isFound, pageOf } from "./memory-lists.ts";
import { toPackRow } from "./memory-packs.ts";
import type { FindingEntry, ObjectEntry, PackEntry } from "./memory-rows.ts";
import { type CompanyState, isPresent, type MemoryState } from "./memory-state.ts";

const DAY_MS = 86_400_000;

export function createMemoryScrubs(state: MemoryState): ScrubStore {
  const companies = () => [...state.companies.values()];
  const jobs = createMemoryJobs(state);
  return {
    async listScrubsDue(zoneId) {
      const nextOf = (company: CompanyState) => company.scrubRounds.get(zoneId)?.nextAtMs ?? 0;
      const due = companies().filter((company) => nextOf(company) <= state.now().getTime());
      return due.toSorted((a, b) => nextOf(a) - nextOf(b)).map((company) => company.companyId);
    },
    findScrubRound: async (companyId, zoneId) => state.companies.get(companyId)?.scrubRounds.get(zoneId) ?? null,
    async countCopiesLeft(companyId, zoneId, place) {
      const company = state.companies.get(companyId);
      const left = { copies: 0, bytes: 0 };
      const count = ({ sizeBytes }: PackEntry | ObjectEntry) => {
        left.copies++;
        left.bytes += sizeBytes;
      };
      const { phase, after } = place;
      if (phase === "objects") {
        for (const object of company?.objects.values() ?? [])
          if (object.objectKey > after && isPresent(object.copies, zoneId)) count(object);
      }
      for (const pack of company?.index.packsAfter(phase === "packs" ? after : 0) ?? [])
        if (isIn(pack, zoneId)) count(pack);
      return left;
    },
    listPackCopies: async (companyId, zoneId, { after, limit }) =>
      pageOfPacks(state.companies.get(companyId), { after, limit }, (pack) => isIn(pack, zoneId)).map(
        ({ packNo, packId, packKind, tier, sizeBytes, lockedUntil }) => ({
          ...{ packNo, packId, packKind, tier, sizeBytes, lockedUntil },
        }),
      ),
    listObjectCopies: async (companyId, zoneId, { after, limit }) =>
      pageOfObjects(state.companies.get(companyId), { after, limit }, (object) => isPresent(object.copies, zoneId)).map(
        ({ objectKey, kind, sizeBytes, sha256, lockedUntil }) => ({ objectKey, kind, sizeBytes, sha256, lockedUntil }),
      ),
    async saveScrubRound(companyId, zoneId, save) {
      const { fencingToken, leaseMs } = save;
      const job = { companyId, name: `scrub/${zoneId}` };
      if (!(await jobs.saveJob(job, { fencingToken, cursor: null, leaseMs }))) return false;
      const company = state.companies.get(companyId);
      if (company) saveRound(state, company, { zoneId, save });
      return true;
    },
    ...createTraces(state),
    async listFindings(companyId, request) {
      const rows = companies()
        .filter((company) => companyId === null || company.companyId === companyId)
        .flatMap((company) => company.findings.map((finding) => toFindingRow(state, company, finding)))
        .filter((row) => isFound(request.search, row.companyName))
        .filter((row) => request.states.length === 0 || request.states.includes(row.state));
      return pageOf(rows, { columns: FINDING_COLUMNS, id: (row) => row.findingId }, request);
    },
    listZoneScrubs: async () =>
      [...state.zones.values()]
        .toSorted((a, b) => a.ordinal - b.ordinal)
        .map(({ zoneId, ordinal }) => ({ zoneId, ordinal, ...zoneScrubOf(state, zoneId) })),
  };
}

type Traces = Pick<
  ScrubStore,
  "listCompaniesToTrace" | "listUntraced" | "recordTouched" | "listMetaPacks" | "listPackMembers" | "listSnapshotRoots"
>;

function createTraces(state: MemoryState): Traces {
  const untraced = (company: CompanyState | undefined) =>
    (company?.findings ?? []).filter((finding) => isToTrace(finding, state.now()));
  return {
    listCompaniesToTrace: async () =>
      [...state.companies.values()]
        .filter((company) => untraced(company).length > 0)
        .map((company) => company.companyId),
    listUntraced: async (companyId, limit) =>
      untraced(state.companies.get(companyId))
        .slice(0, limit)
        .map(({ findingId, entry }) => ({ findingId, packId: "packId" in entry ? entry.packId : "" })),
    async recordTouched(companyId, findingId, { commits, isExact }) {
      const found = state.companies.get(companyId)?.findings.find((finding) => finding.findingId === findingId);
      if (!found) return;
      Object.assign(found, { touched: commits, isExact, tracedAt: state.now() });
      state.outbox.push({ companyId, kind: "finding_traced" });
    },
    listMetaPacks: async (companyId, { after, limit }) =>
      pageOfPacks(
        state.companies.get(companyId),
        { after, limit },
        (pack) => pack.packKind === "meta" && isKept(pack),
      ).map((pack) => ({ ...toPackRow(pack), packNo: pack.packNo })),
    listPackMembers: async (companyId, packId) =>
      [...(state.companies.get(companyId)?.chunks ?? [])]
        .filter(([, entries]) => entries.some(({ pack }) => pack.packId === packId))
        .map(([key]) => new Uint8Array(Buffer.from(key.slice(key.indexOf("/") + 1), "hex"))),
    async listSnapshotRoots(companyId, { after, limit }) {
      const company = state.companies.get(companyId);
      const found: SnapshotRoots[] = [];
      for (const { commit, snapshot } of company?.index.snapshotsAfter(after, company.nextCommit) ?? []) {
        if (found.length >= limit) break;
        found.push({ commit, topPageId: snapshot.topPageId, changeListId: snapshot.changeListId });
      }
      return found;
    },
  };
}

function isToTrace({ isExact, tracedAt, healedAt }: FindingEntry, now: Date): boolean {
  if (isExact) return false;
  return tracedAt === null || (healedAt === null && now.getTime() - tracedAt.getTime() > DAY_MS);
}

function saveRound(
  state: MemoryState,
  company: CompanyState,
  { zoneId, save }: { readonly zoneId: string; readonly save: ScrubSave },
): void {
  const before = company.scrubRounds.get(zoneId);
  const now = state.now();
  const isEnded = save.kind === "begin" && before !== undefined;
  company.scrubRounds.set(zoneId, {
    startedAt: save.kind === "begin" ? now : (before?.startedAt ?? now),
    place: save.place,
    readBytes: save.readBytes,
    leftBytes: save.leftBytes,
    countedAt: save.isCounted ? now : (before?.countedAt ?? now),
    lastFullAt: isEnded ? now : (before?.lastFullAt ?? null),
    nextAtMs: now.getTime() + save.nextInMs,
  });
}

function zoneScrubOf(state: MemoryState, zoneId: string) {
  const companies = [...state.companies.values()];
  const rounds = companies.flatMap((company) => company.scrubRounds.get(zoneId) ?? []);
  const ends = rounds.map((round) => round.lastFullAt).filter((at) => at !== null);
  const findings = { lost: 0, open: 0, healed: 0, gone: 0 };
  for (const company of companies) {
    const rows = company.findings.map((finding) => toFindingRow(state, company, finding));
    for (const each of FINDING_STATES) {
      findings[each] += rows.filter((row) => row.zoneId === zoneId && row.state === each).length;
    }
  }
  return {
    companies: rounds.length,
    lastFullAt:
      ends.length === 0 || ends.length < rounds.length ? null : new Date(Math.min(...ends.map((at) => at.getTime()))),
    readBytes: rounds.reduce((sum, round) => sum + round.readBytes, 0),
    leftBytes: rounds.reduce((sum, round) => sum + round.leftBytes, 0),
    findings,
  };
}

function isIn(pack: PackEntry, zoneId: string): boolean {
  return isKept(pack) && isPresent(pack.copies, zoneId);
}

interface Page<Key> {
  readonly after: Key;
  readonly limit: number;
}

function pageOfPacks(
  company: CompanyState | undefined,
  { after, limit }: Page<number>,
  isWanted: (pack: PackEntry) => boolean,
): PackEntry[] {
  const found: PackEntry[] = [];
  for (const pack of company?.index.packsAfter(after) ?? []) {
    if (found.length >= limit) break;
    if (isWanted(pack)) found.push(pack);
  }
  return found;
}

function pageOfObjects(
  company: CompanyState | undefined,
  { after, limit }: Page<string>,
  isWanted: (object: ObjectEntry) => boolean,
): ObjectEntry[] {
  const found: ObjectEntry[] = [];
  for (const key of company?.index.objectKeys.after(after) ?? []) {
    if (found.length >= limit) break;
    const object = company?.objects.get(key);
    if (object && isWanted(object)) found.push(object);
  }
  return found;
}

function isKept({ state }: PackEntry): boolean {
  return state === "live" || state === "quarantined";
}
