import type { PackTier } from "../../../../engine/format/pack-index.ts";
import type { KeyObject, PersonRow, SessionRow } from "../account-store.ts";
import type { RetentionRow } from "../archive-store.ts";
import type { LogHead } from "../key-store.ts";
import type { PolicyRow } from "../policy-store.ts";
import type { ScheduleRow } from "../schedule-store.ts";
import type { ScrubRound } from "../scrub-store.ts";
import { StoreError } from "../store.ts";
import type { OpenPage } from "../sweep-store.ts";
import type { Watermark, ZoneRow } from "../zone-store.ts";
import { CompanyIndex } from "./memory-index.ts";
import type {
  ChunkEntry,
  CommitEntry,
  Copy,
  ExpectedState,
  FindingEntry,
  HoldState,
  IncidentEntry,
  ObjectEntry,
  PackEntry,
  RunState,
  SnapshotEntry,
} from "./memory-rows.ts";
import type { SortedKeys } from "./sorted-keys.ts";

export type PersonState = PersonRow & { readonly createdAt: Date };

export interface InvitationState {
  readonly invitationId: string;
  readonly email: string;
  readonly role: "owner" | "restorer" | "viewer";
  readonly authHash: Uint8Array;
  readonly expiresAt: Date;
  isUsed: boolean;
}

export interface EnrolmentState {
  readonly enrolmentId: string;
  payload: Uint8Array | null;
  readonly enrolmentPublicKey: Uint8Array;
  readonly expiresAt: Date;
  readonly machineNameHint: string | null;
  agentId: string | null;
}

export interface CollectorState {
  readonly collectorId: string;
  readonly name: string;
  readonly path: string;
  readonly proposedAt: Date;
  consentedAt: Date | null;
  endedAt: Date | null;
  enrolmentId: string | null;
  link: string | null;
  problem: string | null;
}

export interface MachineState {
  readonly machineId: string;
  readonly name: string;
  readonly enrolledAt: Date;
  lastSeenAt: Date | null;
  agentVersion: string | null;
  lastSnapshotAt: Date | null;
}

export interface AgentState {
  readonly agentId: string;
  readonly machineId: string;
  readonly signPublicKey: Uint8Array;
  readonly boxPublicKey: Uint8Array;
  readonly certHash: Uint8Array;
  lastSequence: number;
  lastHeader: Uint8Array | null;
  lastHeaderHash: Uint8Array | null;
  isRevoked: boolean;
  readonly nonces: Map<string, number>;
}

export interface SourceState {
  readonly sourceId: string;
  readonly machineId: string;
  agentId: string;
  readonly sourceKind: string;
  readonly ordinal: number;
  number: number;
  definition: Uint8Array;
  readonly createdAt: Date;
}

/** What one job has marked: packs by number, pages by machine, scope and id. */
export interface MarkState {
  /** Marked frames by the number of their pack. */
  readonly live: Map<number, Set<number>>;
  readonly pages: Map<string, MarkedPage>;
  /** Pages that are not entered yet, by the number of their pack, and these numbers in order. */
  readonly open: Map<number, Set<MarkedPage>>;
  readonly openPackNos: SortedKeys<number>;
}

export interface MarkedPage extends OpenPage {
  readonly packNo: number;
  isEntered: boolean;
}

export interface RoundEntry extends ScrubRound {
  readonly nextAtMs: number;
}

export interface CompanyState {
  readonly companyId: string;
  readonly name: string;
  readonly createdAt: Date;
  policyId: string | null;
  /** When it last got another policy, or none; null: never. */
  policySince: Date | null;
  rootFingerprint: Uint8Array | null;
  logHead: LogHead | null;
  nextCommit: number;
  lastCommit: number;
  publications: number;
  generation: number;
  lastSnapshotAt: Date | null;
  readonly invitations: Map<string, InvitationState>;
  readonly memberBlobs: Map<string, Uint8Array>;
  readonly keyObjects: KeyObject[];
  readonly objects: Map<string, ObjectEntry>;
  readonly enrolments: Map<string, EnrolmentState>;
  readonly collectors: Map<string, CollectorState>;
  readonly machines: Map<string, MachineState>;
  readonly agents: Map<string, AgentState>;
  readonly sources: Map<string, SourceState>;
  readonly runs: Map<string, RunState>;
  readonly packs: Map<string, PackEntry>;
  /** By scope and id. */
  readonly chunks: Map<string, ChunkEntry[]>;
  /** By machine, zone, scope and page: the generation in which it was closed. */
  readonly closedPages: Map<string, number>;
  readonly commits: Map<number, CommitEntry>;
  readonly snapshots: Map<string, SnapshotEntry>;
  readonly watermarks: Map<string, Watermark>;
  /** By the id of the company, machine or source. */
  readonly schedules: Map<string, ScheduleRow>;
  /** By source and due time. */
  readonly expectedRuns: Map<string, ExpectedState>;
  readonly findings: FindingEntry[];
  /** By zone. */
  readonly scrubRounds: Map<string, RoundEntry>;
  readonly sweeps: Map<PackTier, SweepState>;
  readonly holds: HoldState[];
  /** By commit. */
  readonly dueFreezes: Map<number, DueFreezeState>;
  /** By the id of the company, machine or source. */
  readonly retention: Map<string, RetentionRow>;
  /** By the name of the job. */
  readonly marks: Map<string, MarkState>;
  readonly index: CompanyIndex;
}

export interface DueFreezeState {
  readonly sourceId: string;
  readonly dueAt: Date;
  problemCode: string | null;
}

export interface SweepState {
  readonly round: number;
  readonly begunAt: Date;
  finishedAt: Date | null;
  retryAtMs: number | null;
  held: { readonly code: string; readonly detail: string } | null;
}

export interface JobState {
  fencingToken: number;
  cursor: string | null;
  leaseUntilMs: number;
}

/** All rows of the in-memory store. Methods work on it synchronously, which makes each of them one transaction. */
export interface MemoryState {
  /** The store's own clock, in place of the database's. */
  readonly now: () => Date;
  providerName: string | null;
  firstStaffId: string | null;
  providerSchedule: ScheduleRow | null;
  providerRetention: RetentionRow | null;
  readonly policies: Map<string, PolicyRow>;
  readonly people: Map<string, PersonState>;
  readonly sessions: Map<string, SessionRow>;
  readonly zones: Map<string, ZoneRow>;
  /** Since when each is in its state. */
  readonly zoneStatesSince: Map<string, number>;
  readonly companies: Map<string, CompanyState>;
  readonly incidents: IncidentEntry[];
  readonly jobs: Map<string, JobState>;
  readonly outbox: { readonly companyId: string | null; readonly kind: string }[];
  lastFencingToken: number;
  lastPackNo: number;
}

export function emptyState(now: () => Date): MemoryState {
  return {
    now,
    providerName: null,
    firstStaffId: null,
    providerSchedule: null,
    providerRetention: null,
    policies: new Map(),
    people: new Map(),
    sessions: new Map(),
    zones: new Map(),
    zoneStatesSince: new Map(),
    companies: new Map(),
    incidents: [],
    jobs: new Map(),
    outbox: [],
    lastFencingToken: 0,
    lastPackNo: 0,
  };
}

export function emptyCompany(companyId: string, name: string, createdAt: Date): CompanyState {
  return {
    companyId,
    name,
    createdAt,
    policyId: null,
    policySince: null,
    rootFingerprint: null,
    logHead: null,
    nextCommit: 1,
    lastCommit: 0,
    publications: 0,
    generation: 1,
    lastSnapshotAt: null,
    invitations: new Map(),
    memberBlobs: new Map(),
    keyObjects: [],
    objects: new Map(),
    enrolments: new Map(),
    collectors: new Map(),
    machines: new Map(),
    agents: new Map(),
    sources: new Map(),
    runs: new Map(),
    packs: new Map(),
    chunks: new Map(),
    closedPages: new Map(),
    commits: new Map(),
    snapshots: new Map(),
    watermarks: new Map(),
    schedules: new Map(),
    expectedRuns: new Map(),
    findings: [],
    scrubRounds: new Map(),
    sweeps: new Map(),
    holds: [],
    dueFreezes: new Map(),
    retention: new Map(),
    marks: new Map(),
    index: new CompanyIndex(),
  };
}

/** @throws StoreError `not_found` */
export function getCompany(state: MemoryState, companyId: string): CompanyState {
  const company = state.companies.get(companyId);
  if (!company) throw new StoreError("not_found", "there is no such company");
  return company;
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

/** One copy per registered zone, present in `zoneId` alone. */
export function newCopies(state: MemoryState, zoneId: string | null): Map<string, Copy> {
  const states = [...state.zones.keys()].map((each): [string, Copy] => [
    each,
    { state: each === zoneId ? "present" : "missing", code: null },
  ]);
  return new Map(states);
}

export function isPresent(copies: ReadonlyMap<string, Copy>, zoneId: string): boolean {
  return copies.get(zoneId)?.state === "present";
}

export function addKeyObjects(state: MemoryState, company: CompanyState, objects: readonly KeyObject[]): void {
  for (const object of objects) {
    company.keyObjects.push(object);
    const { objectKey, kind, hash, bytes } = object;
    const shape = { objectKey, kind, sizeBytes: bytes.length, sha256: hash, commit: null, bytes };
    const entry = { ...shape, lockedUntil: null, isDeleting: false };
    addObject(company, { ...entry, copies: newCopies(state, null) });
  }
}

export function addObject(company: CompanyState, object: ObjectEntry): void {
  const before = company.objects.get(object.objectKey);
  if (before) company.index.removeObject(before);
  company.objects.set(object.objectKey, object);
  company.index.addObject(object);
}

/** The open run of this lease; null when it ended, expired, or the token is another's. */
export function findHeld(
  state: MemoryState,
  company: CompanyState | undefined,
  lease: { readonly runId: string; readonly fencingToken: number },
): RunState | null {
  const run = company?.runs.get(lease.runId);
  if (!run || run.fencingToken !== lease.fencingToken || run.endedAt !== null) return null;
  return run.leaseUntilMs > state.now().getTime() ? run : null;
}
