import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { Primitives } from "../ports/primitives.ts";
import { type JsonFields, parseCanonicalJson } from "./json-fields.ts";

export type SignedType = "log" | "agent-certificate" | "source";

const SIGNATURE_SIZE_BYTES = 64;
/** A source definition with many long paths is the largest; everything else stays under 1 KiB. */
const MAX_JSON_BYTES = 1024 * 1024;

/** A signed JSON object that was taken apart; nothing in it is believed before `isSignedJsonBy` said so. */
export interface SignedJson {
  readonly type: SignedType;
  readonly jsonBytes: Uint8Array;
  readonly signature: Uint8Array;
  /** The object's fields after `v` and `type`, which were checked. */
  readonly fields: JsonFields;
}

export interface SignJsonInput {
  /** Ed25519, libsodium's 64 bytes. */
  readonly secretKey: Uint8Array;
  readonly type: SignedType;
  /** The fields after `v` and `type`, in the order in which they are written. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** Writes and signs one object (FORMAT.md section 8). Taken apart by `parseSignedJson`. */
export function signJson(primitives: Primitives, { secretKey, type, value }: SignJsonInput): Uint8Array {
  const jsonBytes = encodeUtf8(JSON.stringify({ v: 1, type, ...value }));
  return new ByteWriter(4 + jsonBytes.length + SIGNATURE_SIZE_BYTES)
    .u32(jsonBytes.length)
    .raw(jsonBytes)
    .raw(primitives.sign(secretKey, signedPrefix(type), jsonBytes))
    .finish();
}

/** @throws FormatError when it is not one object of this type, whole and canonical */
export function parseSignedJson(bytes: Uint8Array, type: SignedType): SignedJson {
  const reader = new ByteReader(bytes);
  const jsonSizeBytes = reader.u32();
  if (jsonSizeBytes > MAX_JSON_BYTES) throw new FormatError("too_long", `a signed object has at most 1 MiB`);
  const jsonBytes = reader.raw(jsonSizeBytes).slice();
  const signature = reader.raw(SIGNATURE_SIZE_BYTES).slice();
  reader.expectEnd();
  const fields = parseCanonicalJson(jsonBytes, `the ${type} object`);
  fields.literal("v", 1);
  fields.literal("type", type);
  return { type, jsonBytes, signature, fields };
}

export function isSignedJsonBy(primitives: Primitives, publicKey: Uint8Array, object: SignedJson): boolean {
  return primitives.isSignedBy(publicKey, object.signature, signedPrefix(object.type), object.jsonBytes);
}

function signedPrefix(type: SignedType): Uint8Array {
  return encodeUtf8(`holdfast/1/${type}\n`);
}
