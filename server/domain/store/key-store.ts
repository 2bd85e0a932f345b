import type { KeyObject, KeyObjectKind } from "./account-store.ts";

export interface LogHead {
  readonly number: number;
  readonly hash: Uint8Array;
}

/** New statements, all following `expectedHead` without a gap. */
export interface LogAppend {
  readonly expectedHead: LogHead;
  readonly statements: readonly KeyObject[];
  readonly byPersonId: string | null;
  /** Agents that these statements revoke. */
  readonly revokedCertHashes?: readonly Uint8Array[];
}

export type AppendOutcome =
  | { readonly kind: "appended"; readonly head: LogHead }
  /** The log has moved on; `head` is what stands now. Read it, sign anew. */
  | { readonly kind: "log_conflict"; readonly head: LogHead | null };

export interface NewEnrolment {
  readonly enrolmentId: string;
  /** Sealed under the link's secret; deleted on use. */
  readonly payload: Uint8Array;
  readonly enrolmentPublicKey: Uint8Array;
  readonly expiresAt: Date;
  readonly machineNameHint: string | null;
  readonly log: LogAppend;
}

export interface EnrolmentRow {
  readonly enrolmentId: string;
  readonly companyId: string;
  /** Null once used. */
  readonly payload: Uint8Array | null;
  readonly enrolmentPublicKey: Uint8Array;
  readonly expiresAt: Date;
  readonly machineNameHint: string | null;
  readonly isUsed: boolean;
  readonly isExpired: boolean;
}

export interface EnrolledAgent {
  readonly enrolmentId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly signPublicKey: Uint8Array;
  readonly boxPublicKey: Uint8Array;
  readonly certificate: KeyObject;
}

/** What the server knows about an agent; read on every request of it. */
export interface AgentRow {
  readonly agentId: string;
  readonly companyId: string;
  readonly machineId: string;
  readonly signPublicKey: Uint8Array;
  readonly boxPublicKey: Uint8Array;
  readonly certHash: Uint8Array;
  /** Of the last published manifest; 0 and null before the first. */
  readonly lastSequence: number;
  readonly lastHeader: Uint8Array | null;
  readonly lastHeaderHash: Uint8Array | null;
  readonly isRevoked: boolean;
}

/** The company log, wraps, enrolments, agents. */
export interface KeyStore {
  /** The server appends, it never rewrites: numbers are consecutive, each statement names the hash of the one before. */
  appendLog(companyId: string, append: LogAppend): Promise<AppendOutcome>;
  /** Statements with a number above `after` (-1 for all), ascending, at most `limit` (500 at most). */
  listLog(companyId: string, after: number, limit: number): Promise<readonly KeyObject[]>;
  findLogHead(companyId: string): Promise<LogHead | null>;
  /** All objects of a kind, ascending by number, at most 10,000. */
  listKeyObjects(companyId: string, kind: KeyObjectKind): Promise<readonly KeyObject[]>;
  findMemberBlob(companyId: string, personId: string): Promise<Uint8Array | null>;
  createEnrolment(
    companyId: string,
    enrolment: NewEnrolment,
  ): Promise<AppendOutcome | { readonly kind: "enrolment_exists" }>;
  /** Pre-tenant: by the id in the link. */
  findEnrolment(enrolmentId: string): Promise<EnrolmentRow | null>;
  /** What became of a company's own enrolment; null when it has no such. */
  findEnrolmentState(
    companyId: string,
    enrolmentId: string,
  ): Promise<{ readonly isUsed: boolean; readonly isExpired: boolean; readonly machineId: string | null } | null>;
  /** Uses the enrolment once and deletes its payload. The same agent asking again is told "completed". */
  completeEnrolment(
    companyId: string,
    agent: EnrolledAgent,
  ): Promise<"completed" | "enrolment_unknown" | "enrolment_used" | "enrolment_expired" | "agent_exists">;
  /** Pre-tenant. */
  findAgent(agentId: string): Promise<AgentRow | null>;
  /**
   * True the first time; false when this agent has shown the nonce within its life. Also forgets what has expired, and notes when the machine was
   * seen and with which version (null: it did not say).
   */
  useNonce(
    companyId: string,
    agentId: string,
    seen: { readonly nonce: Uint8Array; readonly lifetimeMs: number; readonly agentVersion: string | null },
  ): Promise<boolean>;
}
