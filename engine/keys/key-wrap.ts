import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { toBase64 } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import { parseCanonicalJson } from "./json-fields.ts";
import { KEY_SIZE_BYTES } from "./key-tools.ts";
import { openSealed, sealedSizeBytes, sealTo } from "./sealed-box.ts";

export const wrapPurposes = ["root-key", "company-secret"] as const;
export type WrapPurpose = (typeof wrapPurposes)[number];

/** One object of keys/wraps: a secret of the company, sealed to one member or to the recovery key. */
export interface KeyWrap {
  readonly purpose: WrapPurpose;
  /** The epoch of a company secret; 0 for the root key. */
  readonly epoch: number;
  /** A member's uuid, or "recovery". */
  readonly to: string;
  readonly sealed: Uint8Array;
}

export const RECOVERY = "recovery";
const MAX_U32 = 0xffff_ffff;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface SealWrapInput {
  readonly purpose: WrapPurpose;
  readonly epoch: number;
  readonly to: string;
  readonly publicKey: Uint8Array;
  /** The 32-byte seed of the key pair. */
  readonly seed: Uint8Array;
}

/** Seals the seed of a company secret or of the root key. Opened by `openKeyWrap`. */
export function sealKeyWrap(primitives: Primitives, input: SealWrapInput): Uint8Array {
  const { purpose, epoch, to, publicKey, seed } = input;
  const sealed = toBase64(sealTo(primitives, { publicKey, purpose, secret: seed }));
  return encodeUtf8(JSON.stringify({ v: 1, type: "wrap", purpose, epoch, to, sealed }));
}

/** @throws FormatError */
export function parseKeyWrap(object: Uint8Array): KeyWrap {
  const fields = parseCanonicalJson(object, "a key wrap");
  fields.literal("v", 1);
  fields.literal("type", "wrap");
  const purpose = fields.literal("purpose", ...wrapPurposes);
  const epoch = fields.integer("epoch", 0, MAX_U32);
  const to = fields.text("to", 36);
  const sealed = fields.bytes("sealed", sealedSizeBytes(purpose, KEY_SIZE_BYTES));
  fields.expectEnd();
  if (to !== RECOVERY && !UUID.test(to)) throw new FormatError("bad_field", `a key wrap: "to" is not a member`);
  if ((purpose === "root-key") !== (epoch === 0)) {
    throw new FormatError("bad_field", `a key wrap: "epoch" does not fit "${purpose}"`);
  }
  return { purpose, epoch, to, sealed };
}

export interface OpenWrapInput {
  readonly keys: KeyPair;
  readonly purpose: WrapPurpose;
  readonly epoch: number;
  readonly to: string;
}

/**
 * Finds and opens the seed that was sealed to these keys. It proves nothing yet: the caller compares the public key
 * that the seed makes with the company log.
 *
 * @throws IntegrityError `wrap_missing`, `wrong_box_key`, `wrong_purpose`
 */
export function openKeyWrap(primitives: Primitives, wraps: readonly KeyWrap[], input: OpenWrapInput): Uint8Array {
  const { keys, purpose, epoch, to } = input;
  const found = wraps.find((wrap) => wrap.purpose === purpose && wrap.epoch === epoch && wrap.to === to);
  if (found === undefined) {
    const what = purpose === "root-key" ? "the root key" : `the company secret of epoch ${epoch}`;
    const whom = to === RECOVERY ? "the recovery key" : "you";
    throw new IntegrityError(
      "wrap_missing",
      `the portal holds no wrap of ${what} for ${whom}; ask an owner to share it again, or look in the other zone`,
    );
  }
  return openSealed(primitives, { keys, purpose, sealed: found.sealed });
}
