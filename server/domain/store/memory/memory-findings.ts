import type { FindingState } from "../../../../contracts/scrubs.ts";
import type { FindingRow, Touched } from "../scrub-store.ts";
import type { FindingEntry, ObjectEntry, PackEntry } from "./memory-rows.ts";
import type { CompanyState, MemoryState } from "./memory-state.ts";

const NAMED_SNAPSHOTS = 5;
/** The database keeps their bytes. */
const IN_DATABASE: readonly string[] = ["log", "wrap", "agent", "source", "header"];

interface FoundCopy {
  readonly zoneId: string;
  readonly entry: PackEntry | ObjectEntry;
}

/** See [Note: Findings]. */
export function addFinding(
  state: MemoryState,
  company: CompanyState,
  { zoneId, entry, code }: FoundCopy & { readonly code: string },
): void {
  const isPack = "packId" in entry;
  if (isPack && entry.state !== "live" && entry.state !== "quarantined") return;
  const foundAt = state.now();
  const touched = isPack ? null : entry.commit === null ? [] : [entry.commit];
  const trace = { touched, isExact: !isPack, tracedAt: isPack ? null : foundAt };
  const finding = { findingId: crypto.randomUUID(), zoneId, entry, code, foundAt, healedAt: null, ...trace };
  company.findings.push(finding);
  company.index.addFinding(finding);
}

export function healFindings(state: MemoryState, company: CompanyState, { zoneId, entry }: FoundCopy): void {
  for (const finding of company.index.findingsOf(entry)) {
    if (finding.zoneId === zoneId) finding.healedAt ??= state.now();
  }
}

export function toFindingRow(state: MemoryState, company: CompanyState, finding: FindingEntry): FindingRow {
  const { findingId, zoneId, entry, code, foundAt, healedAt } = finding;
  const isPack = "packId" in entry;
  return {
    companyId: company.companyId,
    companyName: company.name,
    findingId,
    zoneId,
    zoneOrdinal: state.zones.get(zoneId)?.ordinal ?? 0,
    kind: isPack ? entry.packKind : entry.kind,
    objectName: isPack ? entry.packId : entry.objectKey,
    sizeBytes: entry.sizeBytes,
    code,
    foundAt,
    healedAt,
    state: stateOf(company, finding),
    touched: touchedOf(company, finding),
  };
}

function stateOf(company: CompanyState, { entry, healedAt }: FindingEntry): FindingState {
  if (healedAt !== null) return "healed";
  const isPack = "packId" in entry;
  if (isPack ? entry.state !== "live" && entry.state !== "quarantined" : !company.objects.has(entry.objectKey)) {
    return "gone";
  }
  const isAnywhere = [...entry.copies.values()].some((copy) => copy.state !== "missing");
  return isAnywhere || (!isPack && IN_DATABASE.includes(entry.kind)) ? "open" : "lost";
}

function touchedOf(company: CompanyState, { touched, isExact }: FindingEntry): Touched | null {
  if (touched === null) return null;
  const newest = touched
    .toSorted((a, b) => b - a)
    .flatMap((commit) => company.index.snapshotsByCommit.get(commit) ?? [])
    .slice(0, NAMED_SNAPSHOTS)
    .map(({ snapshot: { snapshotId, machineId }, receivedAt }) => {
      return { snapshotId, machineId, machineName: company.machines.get(machineId)?.name ?? "", receivedAt };
    });
  return { count: touched.length, isExact, newest };
}
