import { request } from "node:http";
import superjson from "superjson";
import { agentVersion } from "../agent/agent-version.ts";
import { getIdentity, type Identity } from "../agent/state/identity.ts";
import { getPins } from "../agent/state/pins.ts";
import { listSources } from "../agent/state/sources.ts";
import { openStateFolder } from "../agent/state/state-folder.ts";
import { fromBase64, toBase64Url, toHex } from "../engine/codec/hex.ts";
import { encodeChangeListPage } from "../engine/format/change-list.ts";
import { headerHashOf, sealManifest } from "../engine/format/manifest.ts";
import type { ManifestHeader } from "../engine/format/manifest-header.ts";
import type { PackMember } from "../engine/format/pack-builder.ts";
import { type SlotToSign, signSlot } from "../engine/format/slot.ts";
import { sealTo } from "../engine/keys/sealed-box.ts";
import { nodePrimitives, nodeRandomness } from "../engine/primitives/node.ts";
import type { ProcedureMeta } from "../server/api/procedures.ts";
import { appRouter } from "../server/api/router.ts";
import { agentRequestMessage } from "../server/auth/agent-request.ts";
import { newId } from "../server/platform/ids.ts";
import { type CompanyWorld, newMember, type TestRun } from "../server/testing/company-world.ts";

export interface RawRequest {
  readonly method: string;
  /** Sent as it stands: nothing is normalised. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** The stable code of a refusal, "ok" for an answer, or `http_<status>`. */
  readonly code: string;
  /** What a procedure answered. */
  readonly data: unknown;
}

/** One request with nothing of a client between the test and the socket. */
export function sendRaw(url: string, { method, path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { ...(body && { "content-length": body.length }), ...headers },
        agent: false,
      },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("error", reject);
        incoming.on("end", () => resolve(parseAnswer(incoming.statusCode ?? 0, Buffer.concat(parts).toString())));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function parseAnswer(status: number, text: string): RawAnswer {
  const plain = { status, text, code: status < 400 ? "ok" : `http_${status}`, data: undefined };
  if (text.startsWith("event: connected")) return parseStream(text) ?? plain;
  if (!text.startsWith("{")) return plain;
  const json = JSON.parse(text);
  const error = json.error?.json ?? json.error;
  const code = error?.data?.code2 ?? json.code ?? plain.code;
  return { ...plain, code, data: json.result?.data ? superjson.deserialize(json.result.data) : json };
}

/** A subscription is refused inside its stream, which has begun with 200; null when it was not refused. */
function parseStream(text: string): RawAnswer | null {
  const events = text.split("\n\n").map((event) => /^data: (\{.*\})$/m.exec(event)?.[1]);
  for (const event of events) {
    const data = event === undefined ? undefined : JSON.parse(event).json?.data;
    if (typeof data?.code2 === "string") return { status: data.httpStatus, text, code: data.code2, data };
  }
  return null;
}

export interface Procedure {
  readonly path: string;
  readonly isQuery: boolean;
  readonly access: ProcedureMeta["access"]["kind"];
}

/** Every procedure that the control API has, from the router itself. */
export function listProcedures(): Procedure[] {
  return Object.entries(appRouter._def.procedures).map(([path, procedure]) => {
    const { type, meta } = parseDefinition(procedure);
    // A subscription is asked for as a question is; its stream is the answer.
    return { path, isQuery: type !== "mutation", access: meta.access.kind };
  });
}

function parseDefinition(procedure: unknown): { type: string; meta: ProcedureMeta } {
  const { _def } = procedure as { _def: { type: string; meta?: ProcedureMeta } };
  if (!_def.meta) throw new Error("a procedure does not say who may call it");
  return { type: _def.type, meta: _def.meta };
}

/** What may be wrong with a signed request; everything left out is as it should be. */
export interface SignatureFault {
  readonly sentAtMs?: number;
  readonly nonce?: string;
  readonly secretKey?: Uint8Array;
  readonly signedBody?: Uint8Array;
  readonly signedPath?: string;
  readonly agentId?: string;
}

/** Somebody with everything that a machine's agent has: its folder, its keys, its token. */
export class Intruder {
  readonly url: string;
  readonly identity: Identity;
  readonly world: CompanyWorld;

  constructor(url: string, stateFolder: string) {
    const state = openStateFolder(stateFolder);
    this.url = url;
    this.identity = getIdentity(state);
    const { companyId, agentId, machineId, certificate, sign, chunkIdKey } = this.identity;
    const [source] = listSources(state);
    if (!source) throw new Error("the agent has no source yet: back something up first");
    this.world = {
      ...{ companyId, agentId, machineId, sourceId: source.sourceId, personId: "", chunkIdKey, signKeys: sign },
      certHash: nodePrimitives.sha256(certificate),
      companyKeys: { publicKey: fromBase64(getPins(state).companyPublicKey), secretKey: new Uint8Array(32) },
    };
  }

  signedHeaders(method: string, path: string, body: Uint8Array, fault: SignatureFault = {}): Record<string, string> {
    const { sentAtMs = Date.now(), nonce = toBase64Url(nodeRandomness.bytes(16)) } = fault;
    const { signedBody = body, signedPath = path, agentId = this.identity.agentId } = fault;
    const message = agentRequestMessage({ method, target: signedPath, body: signedBody }, { sentAtMs, nonce });
    const signature = toBase64Url(nodePrimitives.sign(fault.secretKey ?? this.identity.sign.secretKey, message));
    return {
      "content-type": "application/json",
      "x-holdfast-protocol": "1",
      "x-holdfast-agent-version": agentVersion,
      authorization: `Holdfast-Agent ${agentId}.${sentAtMs}.${nonce}.${signature}`,
    };
  }

  /** A control call as the agent signs it. */
  call(path: string, input?: unknown, fault: SignatureFault & { readonly isQuery?: boolean } = {}): Promise<RawAnswer> {
    const isQuery = fault.isQuery ?? listProcedures().find((procedure) => procedure.path === path)?.isQuery ?? false;
    const text = input === undefined ? "" : JSON.stringify(superjson.serialize(input));
    const method = isQuery ? "GET" : "POST";
    const body = isQuery ? undefined : Buffer.from(text === "" ? "{}" : text);
    const query = isQuery && text !== "" ? `?input=${encodeURIComponent(text)}` : "";
    const target = `/api/trpc/${path}${query}`;
    const headers = this.signedHeaders(method, target, body ?? new Uint8Array(0), fault);
    return sendRaw(this.url, { method, path: target, headers, body });
  }

  async startRun(): Promise<IntruderRun> {
    const { sourceId, signKeys, companyId, certHash } = this.world;
    const answer = await this.call("agent.startRun", { sourceId, clientRunId: newId() });
    if (answer.code !== "ok") throw new Error(`the run did not start: ${answer.code}`);
    const run = parseRun(answer.data);
    const dataKey = nodeRandomness.bytes(32);
    const { publicKey } = this.world.companyKeys;
    const sealedDataKey = sealTo(nodePrimitives, { publicKey, purpose: "data-key", secret: dataKey });
    const place = { companyId, scope: 0, runId: run.runId, agentCertHash: certHash, epoch: run.epoch, sealedDataKey };
    const slot = signSlot(nodePrimitives, signKeys.secretKey, place);
    const { runId, fencingToken, zoneId, epoch } = run;
    const seal = { world: this.world, runId, fencingToken, zoneId, slot, dataKey } satisfies TestRun;
    return new IntruderRun(this, { seal, bulkToken: run.bulkToken, epoch, slotToSign: place });
  }
}

interface StartedRun {
  readonly runId: string;
  readonly fencingToken: number;
  readonly zoneId: string;
  readonly bulkToken: string;
  readonly epoch: number;
}

function parseRun(data: unknown): StartedRun {
  return data as StartedRun;
}

export interface Chain {
  readonly sequence: number;
  readonly previousHeaderHash: Uint8Array;
}

/** A run of the intruder's own, with its real token. */
export class IntruderRun {
  readonly intruder: Intruder;
  readonly seal: TestRun;
  readonly bulkToken: string;
  readonly epoch: number;
  readonly slotToSign: SlotToSign;

  constructor(intruder: Intruder, run: { seal: TestRun; bulkToken: string; epoch: number; slotToSign: SlotToSign }) {
    this.intruder = intruder;
    this.seal = run.seal;
    this.bulkToken = run.bulkToken;
    this.epoch = run.epoch;
    this.slotToSign = run.slotToSign;
  }

  bulk(method: string, path: string, body?: Uint8Array, token = this.bulkToken): Promise<RawAnswer> {
    return sendRaw(this.intruder.url, { method, path, body, headers: { authorization: `Bearer ${token}` } });
  }

  putPack(bytes: Uint8Array, name = hashOf(bytes)): Promise<RawAnswer> {
    return this.bulk("PUT", `/bulk/v1/packs/${name}`, bytes);
  }

  async putAll(...packs: readonly Uint8Array[]): Promise<void> {
    for (const pack of packs) {
      const answer = await this.putPack(pack);
      if (answer.status >= 300) throw new Error(`the pack was refused: ${answer.text}`);
    }
  }

  commit(manifest: Uint8Array): Promise<RawAnswer> {
    return this.bulk("POST", "/bulk/v1/commit-snapshot", manifest);
  }

  end(): Promise<RawAnswer> {
    const { runId, fencingToken } = this.seal;
    return this.intruder.call("agent.endRun", { runId, fencingToken, outcome: "failed", code: "gave_up" });
  }

  /** Where the agent's chain stands, from the server's own word. */
  async chain(): Promise<Chain> {
    const { data } = await this.intruder.call("agent.hello");
    const { lastSequence, lastHeader } = data as { lastSequence: number; lastHeader: string | null };
    if (lastHeader === null) return { sequence: 1, previousHeaderHash: new Uint8Array(32) };
    return { sequence: lastSequence + 1, previousHeaderHash: headerHashOf(nodePrimitives, fromBase64(lastHeader)) };
  }

  /** Signed by the agent's own key, with whatever in its header is wished to be wrong. */
  manifest(
    topPageId: Uint8Array,
    changeListId: Uint8Array,
    chain: Chain,
    wrong: Partial<ManifestHeader> = {},
  ): Uint8Array {
    const { companyId, machineId, sourceId, certHash, signKeys } = this.intruder.world;
    const { slot, dataKey, runId } = this.seal;
    const now = Date.now();
    return sealManifest(
      { primitives: nodePrimitives, randomness: nodeRandomness, agentSecretKey: signKeys.secretKey, slot, dataKey },
      {
        ...{ companyId, scope: 0, machineId, sourceId, runId, agentCertHash: certHash, epoch: this.epoch },
        ...{ startedAtMs: now, endedAtMs: now, topPageId, changeListId, entryCount: 1, fileCount: 1 },
        ...{ contentBytes: 4_000, gapCount: 0, ...chain, ...wrong },
      },
      { sourceName: "hostile", paths: [Buffer.from("/victim.txt")], excludes: [], host: "host", gaps: [] },
    );
  }
}

/** An empty baseline, which every snapshot needs. */
export function emptyChangeList(world: CompanyWorld): PackMember {
  const page = { type: "change-list-top", form: "baseline", parentId: null, leaves: [] } as const;
  return newMember(world, 3, encodeChangeListPage(page));
}

export function hashOf(bytes: Uint8Array): string {
  return toHex(nodePrimitives.sha256(bytes));
}
