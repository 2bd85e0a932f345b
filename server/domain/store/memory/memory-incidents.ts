import type { IncidentKind, IncidentState } from "../../../../contracts/incidents.ts";
import type { IncidentPatience, IncidentRow, IncidentStore, JudgedIncidents } from "../incident-store.ts";
import { toFindingRow } from "./memory-findings.ts";
import { addIncident, findOpen } from "./memory-incident-entries.ts";
import { INCIDENT_COLUMNS, isFound, pageOf } from "./memory-lists.ts";
import type { IncidentEntry } from "./memory-rows.ts";
import type { CompanyState, MemoryState } from "./memory-state.ts";

/** What is the case, and no event. */
const JUDGED: readonly IncidentKind[] = ["zone_away", "zone_behind", "deletion_held", "copies_lost", "freeze_stuck"];

export function createMemoryIncidents(state: MemoryState): IncidentStore {
  const rowsOf = (companyId: string | null, seesStaff: boolean) =>
    state.incidents
      .filter((entry) => seesStaff || entry.companyId === companyId)
      .map((entry) => toIncidentRow(state, entry, seesStaff));
  return {
    listCompaniesToJudge: async () =>
      [...state.companies.values()].filter((company) => isToJudge(state, company)).map(({ companyId }) => companyId),
    judgeIncidents: async (companyId, patience) => judge(state, companyId, patience),
    async acknowledgeIncident(companyId, { incidentId, note, byPersonId }) {
      const entry = state.incidents.find((each) => each.incidentId === incidentId && each.companyId === companyId);
      if (entry?.closedAt !== null) return "not_open";
      entry.acknowledged = { at: state.now(), personId: byPersonId, note };
      if (entry.kind === "second_certificate") entry.closedAt = state.now();
      state.outbox.push({ companyId, kind: "incident_acknowledged" });
      return "acknowledged";
    },
    async listIncidents(companyId, { states, kinds, ...request }) {
      const rows = rowsOf(companyId, companyId === null)
        .filter((row) => isFound(request.search, row.companyName, row.machine?.machineName ?? null))
        .filter((row) => states.length === 0 || states.includes(row.state))
        .filter((row) => kinds.length === 0 || kinds.includes(row.kind));
      return pageOf(rows, { columns: INCIDENT_COLUMNS, id: (row) => row.incidentId }, request);
    },
    findIncident: async (companyId, incidentId) =>
      rowsOf(companyId, companyId === null).find((row) => row.incidentId === incidentId) ?? null,
    async countOpenIncidents(companyId) {
      const states = rowsOf(companyId, companyId === null).map((row) => row.state);
      const countOf = (state: IncidentState) => states.filter((each) => each === state).length;
      return { open: countOf("open"), acknowledged: countOf("acknowledged") };
    },
  };
}

function isToJudge(state: MemoryState, company: CompanyState): boolean {
  if (
    heldSweepsOf(company).length + company.dueFreezes.size > 0 ||
    company.findings.some(({ healedAt }) => healedAt === null)
  )
    return true;
  return state.incidents.some((entry) => entry.companyId === company.companyId && entry.closedAt === null);
}

function heldSweepsOf({ sweeps }: CompanyState) {
  return [...sweeps.values()].flatMap(({ held }) => (held === null ? [] : [held]));
}

interface Cause {
  readonly kind: IncidentKind;
  readonly subject: string;
  readonly code: string;
  readonly count: number;
}

function judge(state: MemoryState, companyId: string | null, patience: IncidentPatience): JudgedIncidents {
  const company = companyId === null ? undefined : state.companies.get(companyId);
  const causes = company === undefined ? zoneCauses(state, patience) : companyCauses(state, company, patience);
  const isCaused = ({ kind, subject }: IncidentEntry) =>
    causes.some((cause) => cause.kind === kind && cause.subject === subject);
  const open = state.incidents.filter((entry) => entry.companyId === companyId && entry.closedAt === null);
  const over = open.filter((entry) =>
    JUDGED.includes(entry.kind) ? !isCaused(entry) : company !== undefined && isOfRevoked(company, entry),
  );
  for (const entry of over) entry.closedAt = state.now();
  const opened: IncidentKind[] = [];
  for (const { count, ...cause } of causes) {
    const known = findOpen(state, { companyId, ...cause });
    if (known) Object.assign(known, { code: cause.code, count, seenAt: state.now() });
    else {
      addIncident(state, { companyId, ...cause }, count);
      opened.push(cause.kind);
    }
  }
  if (opened.length + over.length > 0) state.outbox.push({ companyId, kind: "incidents_judged" });
  return { opened, closed: over.length };
}

function zoneCauses(state: MemoryState, { awayMs, behindMs }: IncidentPatience): Cause[] {
  return [...state.zones.values()].flatMap(({ zoneId, state: zoneState, probe }): Cause[] => {
    const lastsMs = state.now().getTime() - (state.zoneStatesSince.get(zoneId) ?? 0);
    const cause = { subject: zoneId, code: probe?.errorCode ?? zoneState, count: 1 };
    if (zoneState === "unreachable" && lastsMs >= awayMs) return [{ kind: "zone_away", ...cause }];
    return zoneState === "catching_up" && lastsMs >= behindMs ? [{ kind: "zone_behind", ...cause }] : [];
  });
}

function companyCauses(state: MemoryState, company: CompanyState, { freezeMs }: IncidentPatience): Cause[] {
  const { companyId: subject } = company;
  const held = heldSweepsOf(company);
  const [first] = held.map(({ code }) => code).toSorted();
  const stuck = [...company.dueFreezes.values()].filter(({ dueAt }) => {
    return state.now().getTime() - dueAt.getTime() >= freezeMs;
  });
  const [problem] = stuck.flatMap(({ problemCode }) => problemCode ?? []).toSorted();
  const lost = company.findings.filter((finding) => toFindingRow(state, company, finding).state === "lost").length;
  return [
    ...(first === undefined ? [] : [{ kind: "deletion_held" as const, subject, code: first, count: held.length }]),
    ...(lost === 0 ? [] : [{ kind: "copies_lost" as const, subject, code: "no_good_copy", count: lost }]),
    ...(stuck.length === 0
      ? []
      : [{ kind: "freeze_stuck" as const, subject, code: problem ?? "waiting", count: stuck.length }]),
  ];
}

/** Whether the agent is revoked whose source this is, or who used the enrolment. */
function isOfRevoked(company: CompanyState, { kind, subject }: IncidentEntry): boolean {
  const agentId =
    kind === "second_certificate" ? company.enrolments.get(subject)?.agentId : company.sources.get(subject)?.agentId;
  return company.agents.get(agentId ?? "")?.isRevoked ?? false;
}

function toIncidentRow(state: MemoryState, entry: IncidentEntry, seesStaff: boolean): IncidentRow {
  const { incidentId, companyId, kind, subject, code, count, openedAt, seenAt, closedAt, acknowledged } = entry;
  const company = companyId === null ? undefined : state.companies.get(companyId);
  const person = [...state.people.values()].find((each) => each.personId === acknowledged?.personId);
  const isSeen = seesStaff || person?.companyId === companyId;
  return {
    ...{ incidentId, companyId, kind, subject, code, count, openedAt, seenAt, closedAt },
    companyName: company?.name ?? null,
    state: closedAt !== null ? "closed" : acknowledged !== null ? "acknowledged" : "open",
    machine: company === undefined ? null : machineOf(company, entry),
    zoneOrdinal: state.zones.get(subject)?.ordinal ?? null,
    acknowledged:
      acknowledged === null
        ? null
        : { at: acknowledged.at, email: isSeen ? (person?.email ?? null) : null, note: acknowledged.note },
  };
}

function machineOf(company: CompanyState, { subject }: IncidentEntry): IncidentRow["machine"] {
  const source = company.sources.get(subject);
  const enrolled = company.agents.get(company.enrolments.get(subject)?.agentId ?? "");
  const machine = company.machines.get(source?.machineId ?? enrolled?.machineId ?? "");
  if (machine === undefined) return null;
  const { machineId, name: machineName } = machine;
  const named = source && { sourceKind: source.sourceKind, sourceOrdinal: source.ordinal };
  return { machineId, machineName, source: named ?? null };
}
