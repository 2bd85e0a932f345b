import type { ObjectRow, Watermark, ZoneStore } from "../zone-store.ts";
import { addFinding, healFindings } from "./memory-findings.ts";
import { toPackRow } from "./memory-packs.ts";
import type { ObjectEntry, PackEntry } from "./memory-rows.ts";
import { type CompanyState, getCompany, type MemoryState } from "./memory-state.ts";

export function createMemoryZones(state: MemoryState): ZoneStore {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    async registerZone({ zoneId, ordinal, zoneKind }) {
      const known = state.zones.get(zoneId);
      const fresh = { state: "healthy", probedAt: null, probe: null } as const;
      state.zones.set(zoneId, { ...fresh, ...known, zoneId, ordinal, zoneKind });
      if (known) return;
      state.zoneStatesSince.set(zoneId, state.now().getTime());
      for (const company of state.companies.values()) {
        for (const entry of [...company.packs.values(), ...company.objects.values()]) {
          if (!entry.copies.has(zoneId)) company.index.setCopy(entry, zoneId, { state: "missing", code: null });
        }
      }
      state.outbox.push({ companyId: null, kind: "zone_registered" });
    },
    async recordProbe(zoneId, probe) {
      const zone = state.zones.get(zoneId);
      if (!zone) throw new Error(`zone ${zoneId} is not registered`);
      if (zone.state !== probe.state) state.zoneStatesSince.set(zoneId, state.now().getTime());
      state.zones.set(zoneId, { ...zone, state: probe.state, probedAt: state.now(), probe });
    },
    listZones: async () => [...state.zones.values()].toSorted((a, b) => a.ordinal - b.ordinal),
    ...createLists(state),
    async recordPresence(companyId, zoneId, { packIds, objectKeys }) {
      const company = getCompany(state, companyId);
      const packs = packIds.map((packId) => company.packs.get(packId));
      for (const entry of [...packs, ...objectKeys.map((key) => company.objects.get(key))]) {
        if (!entry) continue;
        company.index.setCopy(entry, zoneId, { state: "present", code: null });
        healFindings(state, company, { zoneId, entry });
      }
      state.outbox.push({ companyId, kind: "copies_present" });
    },
    async markCopy(companyId, zoneId, marked) {
      const company = companyOrNone(companyId);
      const isPack = "packId" in marked;
      const entry = isPack ? company?.packs.get(marked.packId) : company?.objects.get(marked.objectKey);
      const copy = entry?.copies.get(zoneId);
      if (!company || !copy) return false;
      if (copy.state !== "missing") {
        if (entry && marked.state === "missing") addFinding(state, company, { zoneId, entry, code: marked.code });
        if (entry) company.index.setCopy(entry, zoneId, { state: marked.state, code: marked.code });
      }
      if (isPack) company.generation++;
      state.outbox.push({ companyId, kind: "copy_marked" });
      return true;
    },
    advanceWatermark: async (companyId, zoneId) => advance(state, getCompany(state, companyId), zoneId),
    listWatermarks: async (companyId) =>
      [...state.companies.values()]
        .filter((company) => companyId === null || company.companyId === companyId)
        .flatMap((company) => [...state.zones.keys()].map((zoneId) => watermarkOf(company, zoneId))),
    listCompaniesBehind: async (zoneId) =>
      [...state.companies.values()].filter((company) => isBehind(company, zoneId)).map((company) => company.companyId),
  };
}

type ZoneLists = Pick<
  ZoneStore,
  "listMissingPacks" | "listMissingObjects" | "findObject" | "listSuspectPacks" | "listSuspectObjects"
>;

function createLists(state: MemoryState): ZoneLists {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    listMissingPacks: async (companyId, zoneId, { after, limit }) =>
      (companyOrNone(companyId)?.index.lackingPacks(zoneId) ?? [])
        .filter((pack) => pack.state === "live" && pack.packNo > after && pack.copies.get(zoneId)?.state === "missing")
        .slice(0, limit)
        .map((pack) => ({ ...toPackRow(pack), packNo: pack.packNo })),
    listMissingObjects: async (companyId, zoneId, { after, limit }) =>
      (companyOrNone(companyId)?.index.lackingObjects(zoneId) ?? [])
        .filter((object) => object.objectKey > after && object.copies.get(zoneId)?.state === "missing")
        .slice(0, limit)
        .map((object) => ({
          ...toObjectRow(object),
          bytes: object.bytes ?? headerBytesOf(companyOrNone(companyId), object),
        })),
    findObject: async (companyId, objectKey) => {
      const object = companyOrNone(companyId)?.objects.get(objectKey);
      return object ? toObjectRow(object) : null;
    },
    listSuspectPacks: async (companyId, zoneId, limit) =>
      (companyOrNone(companyId)?.index.lackingPacks(zoneId) ?? [])
        .filter((pack) => isKept(pack) && pack.copies.get(zoneId)?.state === "suspect")
        .slice(0, limit)
        .map((pack) => pack.packId),
    listSuspectObjects: async (companyId, zoneId, limit) =>
      (companyOrNone(companyId)?.index.lackingObjects(zoneId) ?? [])
        .filter((object) => object.copies.get(zoneId)?.state === "suspect")
        .slice(0, limit)
        .map(({ objectKey, kind, sizeBytes, sha256 }) => ({ objectKey, kind, sizeBytes, sha256 })),
  };
}

function isKept({ state }: PackEntry): boolean {
  return state === "live" || state === "quarantined";
}

function toObjectRow({ objectKey, kind, sizeBytes, sha256, lockedUntil, copies }: ObjectEntry): ObjectRow {
  const rows = [...copies].map(([zoneId, { state }]) => ({ zoneId, state }));
  return {
    objectKey,
    kind,
    sizeBytes,
    sha256,
    lockedUntil,
    copies: rows.sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1)),
  };
}

/** The database keeps a header with its snapshot. */
function headerBytesOf(company: CompanyState | undefined, { kind, commit }: ObjectEntry): Uint8Array | null {
  if (kind !== "header" || commit === null) return null;
  return company?.index.snapshotsByCommit.get(commit)?.snapshot.header ?? null;
}

function watermarkOf(company: CompanyState, zoneId: string): Watermark {
  const { companyId, lastCommit, createdAt } = company;
  const stored = company.watermarks.get(zoneId);
  return { companyId, zoneId, commit: stored?.commit ?? 0, movedAt: stored?.movedAt ?? createdAt, lastCommit };
}

function isBehind(company: CompanyState, zoneId: string): boolean {
  const { index } = company;
  const lacksPack = index.lackingPacks(zoneId).some((pack) => {
    const copy = pack.copies.get(zoneId)?.state;
    return (pack.state === "live" && copy === "missing") || (isKept(pack) && copy === "suspect");
  });
  const lacksObject = index.lackingObjects(zoneId).length > 0;
  return lacksPack || lacksObject || company.lastCommit > watermarkOf(company, zoneId).commit;
}

/** The first number that is still reserved, or whose snapshot lacks something here, stops it. */
function advance(state: MemoryState, company: CompanyState, zoneId: string): Watermark {
  const before = watermarkOf(company, zoneId);
  const { index } = company;
  const firstLacking = index.lackingPacks(zoneId).find((pack) => pack.state === "live")?.packNo;
  // Key objects belong to no commit: without one of them nothing might open here.
  const stops = index.lackingObjects(zoneId).map((object) => object.commit ?? before.commit + 1);
  const firstStop = Math.min(company.nextCommit, ...stops.filter((stop) => stop > before.commit));
  const isPassed = (each: number) => {
    const packHigh = index.snapshotsByCommit.get(each)?.packHigh ?? 0;
    return !index.reserved.has(each) && (firstLacking === undefined || packHigh < firstLacking);
  };
  let { commit } = before;
  while (commit + 1 < firstStop && isPassed(commit + 1)) commit++;
  if (commit <= before.commit) return before;
  const moved = { ...before, commit, movedAt: state.now() };
  company.watermarks.set(zoneId, moved);
  state.outbox.push({ companyId: company.companyId, kind: "watermark_moved" });
  return moved;
}
