import { FormatError } from "../codec/format-error.ts";
import { fromBase64, toBase64, toHex } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import type { CompanyLogState } from "./company-log-state.ts";
import { JsonFields } from "./json-fields.ts";

/**
 * [Note: The receipt of a restore]
 *
 * A file of JSON with three texts: `receipt`, which is JSON itself and is signed as the bytes that stand there, `signature`, and
 * `signPublicKey`, both base64. The signature is Ed25519 over "holdfast/1/restore-receipt\n" and the receipt's UTF-8. It is the member's
 * key that signs, or the root key where the recovery key unlocked; the company log names both.
 */
export interface SignedReceipt {
  readonly json: string;
  readonly signature: Uint8Array;
  readonly signPublicKey: Uint8Array;
}

/** Who signed, as the company log knows it; or why it does not count. */
export type ReceiptCheck =
  | { readonly kind: "genuine"; readonly signer: "member"; readonly memberId: string }
  | { readonly kind: "genuine"; readonly signer: "recovery" }
  | { readonly kind: "changed" }
  | { readonly kind: "unknown_signer" };

const LABEL = encodeUtf8("holdfast/1/restore-receipt\n");
const KIND = "holdfast-restore-receipt";
/** A receipt lists at most 1,000 documents and some hundred snapshots. */
const MAX_FILE_CHARACTERS = 8 * 1024 * 1024;

export function signReceipt(primitives: Primitives, keys: KeyPair, json: string): SignedReceipt {
  const signature = primitives.sign(keys.secretKey, LABEL, encodeUtf8(json));
  return { json, signature, signPublicKey: keys.publicKey };
}

/** Says whether a receipt is as it was signed, and whether the company's log names who signed it. */
export function verifyReceipt(primitives: Primitives, receipt: SignedReceipt, log: CompanyLogState): ReceiptCheck {
  const { json, signature, signPublicKey } = receipt;
  if (!primitives.isSignedBy(signPublicKey, signature, LABEL, encodeUtf8(json))) return { kind: "changed" };
  const key = toHex(signPublicKey);
  if (key === toHex(log.rootPublicKey)) return { kind: "genuine", signer: "recovery" };
  for (const [memberId, member] of log.members) {
    if (toHex(member.signPublicKey) === key) return { kind: "genuine", signer: "member", memberId };
  }
  return { kind: "unknown_signer" };
}

/** The file to save. Read by `parseReceiptFile`. */
export function encodeReceiptFile({ json, signature, signPublicKey }: SignedReceipt): string {
  const file = {
    kind: KIND,
    receipt: json,
    signature: toBase64(signature),
    signPublicKey: toBase64(signPublicKey),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** @throws FormatError when it is not a receipt's file */
export function parseReceiptFile(text: string): SignedReceipt {
  if (text.length > MAX_FILE_CHARACTERS) throw new FormatError("too_long", "a receipt is shorter than this file");
  const fields = new JsonFields(parseJson(text), "the receipt's file");
  fields.literal("kind", KIND);
  const json = fields.text("receipt", MAX_FILE_CHARACTERS);
  const signature = fromBase64(fields.text("signature"));
  const signPublicKey = fromBase64(fields.text("signPublicKey"));
  fields.expectEnd();
  return { json, signature, signPublicKey };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("bad_json", "the receipt's file is not JSON");
  }
}
