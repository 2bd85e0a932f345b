import { rmSync } from "node:fs";
import { join } from "node:path";
import { fromBase64, toBase64 } from "../../engine/codec/hex.ts";
import type { KeyPair } from "../../engine/ports/primitives.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { AgentError } from "./agent-error.ts";
import { findFile, replaceFile, type StateFolder } from "./state-folder.ts";

/** Who this agent is. Kept in `identity/agent.json`, readable by its user alone; it cannot be made again. */
export interface Identity {
  /** Scheme and host of the portal. */
  readonly origin: string;
  readonly companyId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly enrolmentId: string;
  readonly scope: number;
  /** Hex of SHA-256 of the company's root public key: what every key of the company is checked against. */
  readonly rootFingerprint: string;
  readonly certificate: Uint8Array;
  readonly chunkIdKey: Uint8Array;
  readonly sign: KeyPair;
  readonly box: KeyPair;
}

export interface IdentitySecrets {
  readonly signSeed: Uint8Array;
  readonly boxSeed: Uint8Array;
}

const FILE = "agent.json";
/** Between making keys and the server's word that it took them: asking again then uses the same keys. */
const PENDING_FILE = "enrolling.json";

type Text = "origin" | "companyId" | "agentId" | "machineId" | "machineName" | "enrolmentId" | "rootFingerprint";
type Secret = "certificate" | "chunkIdKey" | "signSeed" | "boxSeed";
type IdentityJson = Record<Text | Secret, string> & { v: 1; scope: number };

const TEXTS: readonly Text[] = [
  "origin",
  "companyId",
  "agentId",
  "machineId",
  "machineName",
  "enrolmentId",
  "rootFingerprint",
];
const SECRETS: readonly Secret[] = ["certificate", "chunkIdKey", "signSeed", "boxSeed"];

/** @throws AgentError `not_enrolled` */
export function getIdentity(state: StateFolder): Identity {
  const found = findIdentity(state);
  if (found !== undefined) return found;
  throw new AgentError(
    "not_enrolled",
    `this machine is not enrolled (nothing in ${state.identity}); run "holdfast agent enrol LINK" with a link from an owner`,
  );
}

export function findIdentity(state: StateFolder): Identity | undefined {
  return readIdentity(join(state.identity, FILE));
}

export function findPendingIdentity(state: StateFolder): Identity | undefined {
  return readIdentity(join(state.identity, PENDING_FILE));
}

export function keepPendingIdentity(state: StateFolder, identity: Identity, secrets: IdentitySecrets): void {
  replaceFile(join(state.identity, PENDING_FILE), encodeIdentity(identity, secrets));
}

/** The server has taken the certificate: this is now who the agent is. */
export function confirmPendingIdentity(state: StateFolder): void {
  const bytes = findFile(join(state.identity, PENDING_FILE));
  if (bytes === undefined) throw new AgentError("state_unusable", `${state.identity} was changed during the enrolment`);
  replaceFile(join(state.identity, FILE), bytes);
  rmSync(join(state.identity, PENDING_FILE), { force: true });
}

function encodeIdentity(identity: Identity, secrets: IdentitySecrets): Uint8Array {
  const json: Partial<IdentityJson> = { v: 1, scope: identity.scope };
  for (const name of TEXTS) json[name] = identity[name];
  json.certificate = toBase64(identity.certificate);
  json.chunkIdKey = toBase64(identity.chunkIdKey);
  json.signSeed = toBase64(secrets.signSeed);
  json.boxSeed = toBase64(secrets.boxSeed);
  return Buffer.from(`${JSON.stringify(json, null, 1)}\n`);
}

function readIdentity(path: string): Identity | undefined {
  const bytes = findFile(path);
  if (bytes === undefined) return undefined;
  const json = parseIdentity(bytes, path);
  const { signSeed, boxSeed, certificate, chunkIdKey, scope } = json;
  return {
    ...json,
    scope,
    certificate: fromBase64(certificate),
    chunkIdKey: fromBase64(chunkIdKey),
    sign: nodePrimitives.signKeyPair(fromBase64(signSeed)),
    box: nodePrimitives.boxKeyPair(fromBase64(boxSeed)),
  };
}

function parseIdentity(bytes: Buffer, path: string): IdentityJson {
  const damaged = new AgentError(
    "identity_damaged",
    `${path} cannot be read; enrol this machine again, or restore the file`,
  );
  let json: Partial<IdentityJson>;
  try {
    json = JSON.parse(bytes.toString("utf8")) as Partial<IdentityJson>;
  } catch {
    throw damaged;
  }
  const isWhole = [...TEXTS, ...SECRETS].every((name) => typeof json[name] === "string");
  if (json.v !== 1 || typeof json.scope !== "number" || !isWhole) throw damaged;
  return json as IdentityJson;
}
