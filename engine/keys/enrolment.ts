import { IntegrityError } from "../codec/format-error.ts";
import { toBase64, toHex } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import { appendStatement, verifyCompanyLog } from "./company-log.ts";
import { type CompanyLogState, getCurrentEpoch, type LogHead } from "./company-log-state.ts";
import { parseCanonicalJson } from "./json-fields.ts";
import { deriveKey, KEY_SIZE_BYTES, type KeyTools } from "./key-tools.ts";
import { getChunkIdKey, type OwnerKeys, requireRoot } from "./owner-keys.ts";
import { unwrapSecret, wrapSecret } from "./wrap.ts";

const PAYLOAD_PURPOSE = "enrolment";
const MAX_U32 = 0xffff_ffff;
/** Version 1 has one key scope per company. */
const ONLY_SCOPE = 0;

export interface CreateEnrolmentInput {
  readonly owner: OwnerKeys;
  /** A uuid made by the client. */
  readonly enrolmentId: string;
  readonly at: Date;
  readonly expiresAt: Date;
}

export interface CreatedEnrolment {
  /** Goes into the link's fragment and nowhere else. */
  readonly secret: Uint8Array;
  /** Kept by the portal until it is used. */
  readonly payload: Uint8Array;
  /** To be appended to the log. */
  readonly statement: Uint8Array;
  readonly head: LogHead;
}

/**
 * Lets one machine in, with nobody present. Opened by `openEnrolment`.
 *
 * @throws IntegrityError `not_an_owner`, `epoch_missing`
 */
export function createEnrolment(tools: KeyTools, input: CreateEnrolmentInput): CreatedEnrolment {
  const { primitives, randomness } = tools;
  const { owner, enrolmentId, at, expiresAt } = input;
  const root = requireRoot(owner);
  const secret = randomness.bytes(KEY_SIZE_BYTES);
  const enrolmentPublicKey = enrolmentKeys(primitives, secret).publicKey;
  const { object, head } = appendStatement(primitives, {
    rootKey: root.keys,
    companyId: owner.companyId,
    head: owner.log.head,
    at,
    statement: { kind: "enrolment", enrolmentId, enrolmentPublicKey, expiresAt, machines: 1 },
  });
  const { epoch, companyPublicKey } = getCurrentEpoch(owner.log, ONLY_SCOPE);
  const json = JSON.stringify({
    company: owner.companyId,
    scope: ONLY_SCOPE,
    epoch,
    companyPublicKey: toBase64(companyPublicKey),
    chunkIdKey: toBase64(getChunkIdKey(owner, ONLY_SCOPE)),
    rootFingerprint: owner.log.rootFingerprint,
    logNumber: head.number,
    logHash: head.hash,
  });
  const payload = wrapSecret(tools, {
    key: payloadKey(primitives, secret),
    purpose: PAYLOAD_PURPOSE,
    secret: encodeUtf8(json),
  });
  return { secret, payload, statement: object, head };
}

export interface OpenEnrolmentInput {
  readonly enrolmentId: string;
  /** From the link's fragment. */
  readonly secret: Uint8Array;
  readonly payload: Uint8Array;
  /** The company log as the portal serves it. */
  readonly log: readonly Uint8Array[];
  readonly now: Date;
}

/** What an agent keeps of its enrolment, except `enrolmentKeys`, which it forgets after certifying itself. */
export interface OpenedEnrolment {
  readonly companyId: string;
  readonly scope: number;
  readonly epoch: number;
  readonly companyPublicKey: Uint8Array;
  readonly chunkIdKey: Uint8Array;
  readonly rootFingerprint: string;
  readonly log: CompanyLogState;
  readonly enrolmentKeys: KeyPair;
}

/**
 * Opens what `createEnrolment` sealed, and checks that the log which the portal serves is the one that the owner saw.
 *
 * @throws IntegrityError `enrolment_link_wrong`, `wrap_damaged`, `enrolment_not_in_log`, `enrolment_expired`,
 *   `company_key_swapped`, and those of `verifyCompanyLog`
 */
export function openEnrolment(primitives: Primitives, input: OpenEnrolmentInput): OpenedEnrolment {
  const payload = parsePayload(openPayload(primitives, input));
  const log = verifyCompanyLog(primitives, {
    companyId: payload.companyId,
    objects: input.log,
    rootFingerprint: payload.rootFingerprint,
    pin: payload.pin,
  });
  const keys = enrolmentKeys(primitives, input.secret);
  requireEnrolment(log, input, keys);
  requireCompanyKey(primitives, log, payload);
  const { companyId, scope, epoch, companyPublicKey, chunkIdKey, rootFingerprint } = payload;
  return { companyId, scope, epoch, companyPublicKey, chunkIdKey, rootFingerprint, log, enrolmentKeys: keys };
}

type Payload = ReturnType<typeof parsePayload>;

function parsePayload(json: Uint8Array) {
  const fields = parseCanonicalJson(json, "the enrolment");
  const payload = {
    companyId: fields.uuid("company"),
    scope: fields.integer("scope", 0, MAX_U32),
    epoch: fields.integer("epoch", 1, MAX_U32),
    companyPublicKey: fields.bytes("companyPublicKey", KEY_SIZE_BYTES),
    chunkIdKey: fields.bytes("chunkIdKey", KEY_SIZE_BYTES),
    rootFingerprint: fields.hex("rootFingerprint", KEY_SIZE_BYTES),
    pin: { number: fields.integer("logNumber"), hash: fields.hex("logHash", KEY_SIZE_BYTES) },
  };
  fields.expectEnd();
  return payload;
}

function openPayload(primitives: Primitives, { secret, payload }: OpenEnrolmentInput): Uint8Array {
  try {
    return unwrapSecret(primitives, {
      key: payloadKey(primitives, secret),
      purpose: PAYLOAD_PURPOSE,
      wrapped: payload,
    });
  } catch (error) {
    if (!(error instanceof IntegrityError) || error.code !== "wrong_key") throw error;
    throw new IntegrityError(
      "enrolment_link_wrong",
      "the secret of this link does not open the enrolment that the portal keeps: copy the link again, or ask for a new one",
    );
  }
}

function requireEnrolment(log: CompanyLogState, { enrolmentId, now }: OpenEnrolmentInput, keys: KeyPair): void {
  const enrolment = log.enrolments.get(enrolmentId);
  if (enrolment === undefined || toHex(enrolment.enrolmentPublicKey) !== toHex(keys.publicKey)) {
    throw new IntegrityError(
      "enrolment_not_in_log",
      "no owner signed this enrolment into the company log; ask an owner for a new link",
    );
  }
  if (now.getTime() > enrolment.expiresAt.getTime()) {
    throw new IntegrityError(
      "enrolment_expired",
      `this link ended at ${enrolment.expiresAt.toISOString()} (this machine's clock says ${now.toISOString()}); ask an owner for a new link`,
    );
  }
}

function requireCompanyKey(primitives: Primitives, log: CompanyLogState, payload: Payload): void {
  const named = log.epochs.find(({ epoch, scope }) => epoch === payload.epoch && scope === payload.scope);
  if (named !== undefined && primitives.isEqual(named.companyPublicKey, payload.companyPublicKey)) return;
  throw new IntegrityError(
    "company_key_swapped",
    "the company's key in this enrolment is not the one in the company log; do not go on, and ask the owner for a new link",
  );
}

/** The one-time key that certifies the agent; its public half stands in the log. */
function enrolmentKeys(primitives: Primitives, secret: Uint8Array): KeyPair {
  return primitives.signKeyPair(deriveKey(primitives, secret, "holdfast/1/enrol-sign"));
}

function payloadKey(primitives: Primitives, secret: Uint8Array): Uint8Array {
  return deriveKey(primitives, secret, "holdfast/1/enrol-payload");
}
