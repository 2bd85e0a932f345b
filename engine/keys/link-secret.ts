import { FormatError } from "../codec/format-error.ts";
import { fromBase64Url, toBase64Url } from "../codec/hex.ts";
import { deriveKey, KEY_SIZE_BYTES, type LinkTools } from "./key-tools.ts";

/** A link whose fragment holds a secret that never reaches the server. */
export interface SecretLink {
  /** Scheme and host, without a slash at the end. */
  readonly origin: string;
  /** Uuid of the invitation or enrolment. */
  readonly linkId: string;
  readonly secret: Uint8Array;
}

export type LinkKind = "enrol" | "join";

const LINK =
  /^(https?:\/\/[^/?#\s@]+)\/(enrol|join)\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})#([A-Za-z0-9_-]+)$/;

/** Parsed again by `parseSecretLink`. */
export function formatSecretLink(kind: LinkKind, { origin, linkId, secret }: SecretLink): string {
  return `${origin.replace(/\/+$/, "")}/${kind}/${linkId}#${toBase64Url(secret)}`;
}

/** @throws FormatError `bad_link` */
export function parseSecretLink(kind: LinkKind, text: string): SecretLink {
  const what = kind === "enrol" ? "an enrolment link" : "an invitation link";
  const match = LINK.exec(text.trim());
  const [, origin, foundKind, linkId, fragment] = match ?? [];
  if (origin === undefined || linkId === undefined || fragment === undefined) {
    throw new FormatError("bad_link", `this is not ${what}: copy it whole, with what stands after "#", in quotes`);
  }
  if (foundKind !== kind) {
    throw new FormatError("bad_link", `this is a link of another kind ("/${foundKind}/"), expected ${what}`);
  }
  return { origin, linkId, secret: parseSecret(fragment, what) };
}

/** What the server is shown to prove that one holds the link; it keeps only a hash of it. */
export function inviteAuth(primitives: LinkTools["primitives"], secret: Uint8Array): Uint8Array {
  return deriveKey(primitives, secret, "holdfast/1/invite-auth");
}

/** What the server keeps of an invitation's secret. */
export function inviteAuthHash(primitives: LinkTools["primitives"], secret: Uint8Array): Uint8Array {
  return primitives.sha256(inviteAuth(primitives, secret));
}

function parseSecret(fragment: string, what: string): Uint8Array {
  const cut = new FormatError("bad_link", `the secret of ${what} (after "#") was cut or changed: copy the link again`);
  try {
    const secret = fromBase64Url(fragment);
    if (secret.length === KEY_SIZE_BYTES) return secret;
  } catch {
    throw cut;
  }
  throw cut;
}
