import { FormatError } from "../codec/format-error.ts";
import { toBase64 } from "../codec/hex.ts";
import type { JsonFields } from "./json-fields.ts";
import { KEY_SIZE_BYTES } from "./key-tools.ts";
import { sealedSizeBytes } from "./sealed-box.ts";

export const memberRoles = ["owner", "restorer", "viewer"] as const;
export type MemberRole = (typeof memberRoles)[number];

export interface GenesisStatement {
  readonly kind: "genesis";
  readonly rootPublicKey: Uint8Array;
  readonly recoveryBoxPublicKey: Uint8Array;
}

export interface EpochStatement {
  readonly kind: "epoch";
  readonly epoch: number;
  readonly scope: number;
  readonly companyPublicKey: Uint8Array;
  readonly sealedChunkIdKey: Uint8Array;
}

export interface MemberStatement {
  readonly kind: "member";
  readonly memberId: string;
  readonly role: MemberRole;
  readonly boxPublicKey: Uint8Array;
  readonly signPublicKey: Uint8Array;
}

export interface EnrolmentStatement {
  readonly kind: "enrolment";
  readonly enrolmentId: string;
  readonly enrolmentPublicKey: Uint8Array;
  readonly expiresAt: Date;
  /** How many machines may use it: always 1 in version 1. */
  readonly machines: 1;
}

export interface RevokeAgentStatement {
  readonly kind: "revoke-agent";
  /** Hex of the certificate's hash. */
  readonly agentCertHash: string;
  /** The last manifest of this agent that is accepted; 0 for none. */
  readonly lastSequence: number;
}

export type LogStatement =
  | GenesisStatement
  | EpochStatement
  | MemberStatement
  | EnrolmentStatement
  | RevokeAgentStatement;

/** Epoch and scope stand as u32 in packs and manifests. */
const MAX_U32 = 0xffff_ffff;

export const CHUNK_ID_KEY_PURPOSE = "chunk-id-key";

/** The JSON of a statement, fields in the order of FORMAT.md; read by `parseLogStatement`. */
export function encodeLogStatement(statement: LogStatement): Record<string, unknown> {
  switch (statement.kind) {
    case "genesis":
      return {
        kind: statement.kind,
        rootPublicKey: toBase64(statement.rootPublicKey),
        recoveryBoxPublicKey: toBase64(statement.recoveryBoxPublicKey),
      };
    case "epoch":
      return {
        kind: statement.kind,
        epoch: statement.epoch,
        scope: statement.scope,
        companyPublicKey: toBase64(statement.companyPublicKey),
        sealedChunkIdKey: toBase64(statement.sealedChunkIdKey),
      };
    case "member":
      return {
        kind: statement.kind,
        memberId: statement.memberId,
        role: statement.role,
        boxPublicKey: toBase64(statement.boxPublicKey),
        signPublicKey: toBase64(statement.signPublicKey),
      };
    case "enrolment":
      return {
        kind: statement.kind,
        enrolmentId: statement.enrolmentId,
        enrolmentPublicKey: toBase64(statement.enrolmentPublicKey),
        expiresAt: statement.expiresAt.toISOString(),
        machines: statement.machines,
      };
    case "revoke-agent":
      return { kind: statement.kind, agentCertHash: statement.agentCertHash, lastSequence: statement.lastSequence };
  }
}

/** @throws FormatError `bad_field`, `unknown_field`, `log_unknown_statement` */
export function parseLogStatement(fields: JsonFields): LogStatement {
  const kind = fields.text("kind", 64);
  const statement = parseKind(kind, fields);
  fields.expectEnd();
  return statement;
}

function parseKind(kind: string, fields: JsonFields): LogStatement {
  switch (kind) {
    case "genesis":
      return {
        kind,
        rootPublicKey: fields.bytes("rootPublicKey", KEY_SIZE_BYTES),
        recoveryBoxPublicKey: fields.bytes("recoveryBoxPublicKey", KEY_SIZE_BYTES),
      };
    case "epoch":
      return {
        kind,
        epoch: fields.integer("epoch", 1, MAX_U32),
        scope: fields.integer("scope", 0, MAX_U32),
        companyPublicKey: fields.bytes("companyPublicKey", KEY_SIZE_BYTES),
        sealedChunkIdKey: fields.bytes("sealedChunkIdKey", sealedSizeBytes(CHUNK_ID_KEY_PURPOSE, KEY_SIZE_BYTES)),
      };
    case "member":
      return {
        kind,
        memberId: fields.uuid("memberId"),
        role: fields.literal("role", ...memberRoles),
        boxPublicKey: fields.bytes("boxPublicKey", KEY_SIZE_BYTES),
        signPublicKey: fields.bytes("signPublicKey", KEY_SIZE_BYTES),
      };
    case "enrolment":
      return {
        kind,
        enrolmentId: fields.uuid("enrolmentId"),
        enrolmentPublicKey: fields.bytes("enrolmentPublicKey", KEY_SIZE_BYTES),
        expiresAt: fields.moment("expiresAt"),
        machines: fields.literal("machines", 1),
      };
    case "revoke-agent":
      return {
        kind,
        agentCertHash: fields.hex("agentCertHash", KEY_SIZE_BYTES),
        lastSequence: fields.integer("lastSequence"),
      };
    default:
      throw new FormatError(
        "log_unknown_statement",
        `the company log holds a statement "${kind}" that this program does not know; update it before going on`,
      );
  }
}
