import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { fromBase64, toBase64, toHex } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import type { AgentCertificate } from "./agent-certificate.ts";
import { parseCanonicalJson } from "./json-fields.ts";
import { KEY_SIZE_BYTES } from "./key-tools.ts";
import { openSealed, sealedSizeBytes, sealTo } from "./sealed-box.ts";
import { isSignedJsonBy, parseSignedJson, type SignedJson, signJson } from "./signed-json.ts";

const PURPOSE = "source";
const MAX_PATHS = 10_000;
/** Both sealed copies in base64 fit into the 64 KiB that a server takes for one definition. */
const MAX_SEALED_BYTES = 23 * 1024;
/** What sealing adds. */
const SEALING_BYTES = sealedSizeBytes(PURPOSE, 0);

/** What a source is, for those who hold a key. */
export interface SourceSecret {
  readonly name: string;
  /** Absolute paths, as bytes. */
  readonly paths: readonly Uint8Array[];
  /** Patterns of what is left out. */
  readonly excludes: readonly string[];
}

/** What everybody sees of a source. */
export interface SourceDefinition {
  readonly companyId: string;
  readonly machineId: string;
  readonly sourceId: string;
  /** Counts the definitions of this source, from 1. */
  readonly number: number;
  readonly sourceKind: "files";
  /** For "Files 1". */
  readonly ordinal: number;
  readonly sealedToCompany: Uint8Array;
  readonly sealedToAgent: Uint8Array;
  /** Hex hash of the signing agent's certificate. */
  readonly signer: string;
  /** Hex of SHA-256 of the object. */
  readonly hash: string;
}

export interface SignSourceInput {
  readonly companyId: string;
  readonly machineId: string;
  readonly sourceId: string;
  readonly number: number;
  readonly ordinal: number;
  readonly secret: SourceSecret;
  readonly companyPublicKey: Uint8Array;
  readonly agent: {
    readonly certHash: string;
    readonly signSecretKey: Uint8Array;
    readonly boxPublicKey: Uint8Array;
  };
}

/**
 * Writes, seals and signs a source's definition. Read by `parseSourceDefinition`, opened by `openSourceSecret`.
 *
 * @throws FormatError `source_too_long`
 */
export function signSourceDefinition(primitives: Primitives, input: SignSourceInput): Uint8Array {
  const secret = encodeSecret(input.secret);
  const seal = (publicKey: Uint8Array) => toBase64(sealTo(primitives, { publicKey, purpose: PURPOSE, secret }));
  return signJson(primitives, {
    secretKey: input.agent.signSecretKey,
    type: "source",
    value: {
      company: input.companyId,
      machineId: input.machineId,
      sourceId: input.sourceId,
      number: input.number,
      sourceKind: "files",
      ordinal: input.ordinal,
      sealedToCompany: seal(input.companyPublicKey),
      sealedToAgent: seal(input.agent.boxPublicKey),
      signer: input.agent.certHash,
    },
  });
}

/** Reads a definition without believing it, as the server does. @throws FormatError */
export function parseSourceDefinition(primitives: Primitives, object: Uint8Array): SourceDefinition {
  return readDefinition(primitives, object, parseSignedJson(object, "source"));
}

/**
 * Checks that the agent named as signer, and the machine that it was enrolled as, really wrote it.
 *
 * @throws IntegrityError `source_unknown_signer`, `source_forged`, `source_other_machine`
 */
export function checkSourceDefinition(
  primitives: Primitives,
  agents: ReadonlyMap<string, AgentCertificate>,
  object: Uint8Array,
): SourceDefinition {
  const signed = parseSignedJson(object, "source");
  const definition = readDefinition(primitives, object, signed);
  const agent = agents.get(definition.signer);
  if (agent === undefined) {
    throw new IntegrityError(
      "source_unknown_signer",
      `source ${definition.sourceId} is signed by an agent without a genuine certificate; do not trust it`,
    );
  }
  if (!isSignedJsonBy(primitives, agent.signPublicKey, signed)) {
    throw new IntegrityError("source_forged", `the definition of source ${definition.sourceId} was changed`);
  }
  if (agent.machineId !== definition.machineId || agent.companyId !== definition.companyId) {
    throw new IntegrityError(
      "source_other_machine",
      `source ${definition.sourceId} is signed by the agent of another machine; do not trust it`,
    );
  }
  return definition;
}

/**
 * Opens name, paths and excludes with the company secret, or with the agent's own box key.
 *
 * @throws IntegrityError `wrong_box_key`, `wrong_purpose`
 */
export function openSourceSecret(primitives: Primitives, keys: KeyPair, sealed: Uint8Array): SourceSecret {
  const fields = parseCanonicalJson(
    openSealed(primitives, { keys, purpose: PURPOSE, sealed }),
    "a source's definition",
  );
  const name = fields.text("name");
  const paths = fields.texts("paths", MAX_PATHS).map((path) => fromBase64(path));
  const excludes = fields.texts("excludes", MAX_PATHS);
  fields.expectEnd();
  return { name, paths, excludes };
}

function encodeSecret({ name, paths, excludes }: SourceSecret): Uint8Array {
  const json = encodeUtf8(JSON.stringify({ name, paths: paths.map(toBase64), excludes }));
  const isShort = json.length <= MAX_SEALED_BYTES - SEALING_BYTES;
  if (isShort && paths.length <= MAX_PATHS && excludes.length <= MAX_PATHS) return json;
  throw new FormatError(
    "source_too_long",
    "the paths and patterns of this source take more than 22 KiB; back up a folder above them, or make several sources",
  );
}

function readDefinition(primitives: Primitives, object: Uint8Array, { fields }: SignedJson): SourceDefinition {
  const definition = {
    companyId: fields.uuid("company"),
    machineId: fields.uuid("machineId"),
    sourceId: fields.uuid("sourceId"),
    number: fields.integer("number", 1),
    sourceKind: fields.literal("sourceKind", "files"),
    ordinal: fields.integer("ordinal", 1),
    sealedToCompany: fields.anyBytes("sealedToCompany", MAX_SEALED_BYTES),
    sealedToAgent: fields.anyBytes("sealedToAgent", MAX_SEALED_BYTES),
    signer: fields.hex("signer", KEY_SIZE_BYTES),
    hash: toHex(primitives.sha256(object)),
  };
  fields.expectEnd();
  return definition;
}
