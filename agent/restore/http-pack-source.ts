import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as TlsAgent } from "node:https";
import type { z } from "zod";
import { bulkErrorView } from "../../contracts/bulk.ts";
import { locatedChunksView, locatedCopiesView } from "../../contracts/chunks.ts";
import { concatBytes } from "../../engine/codec/hex.ts";
import type { ChunkLocation } from "../../engine/ports/chunk-index.ts";
import type { BadCopy, PackBytes, PackRange, PackReadOptions, PackSource } from "../../engine/ports/pack-source.ts";
import { PackSourceError } from "../../engine/restore/pack-source-error.ts";
import { RangeConnection, UnknownAnswerError } from "./range-connection.ts";

export interface HttpPackSourceOptions {
  /** The one public origin, as https://backup.example. */
  readonly origin: string;
  /** A restore token; asked for again when the gateway no longer takes the last one. */
  readonly getToken: (isRefused: boolean) => Promise<string>;
}

/** Nothing came for so long: the connection is given up. */
const IDLE_TIMEOUT_MS = 60_000;
/** A gateway that is being restarted is back within these. */
const RETRY_DELAYS_MS = [200, 500, 1_000, 2_000, 4_000];
/** Whatever an error or an index may weigh; ranges are bounded by what was asked for. */
const MAX_ANSWER_BYTES = 40 * 1024 * 1024;
const MAX_SOCKETS = 6;

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Uint8Array;
  readonly range?: PackRange;
  readonly into?: Uint8Array;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly zoneId: string;
  readonly bytes: Uint8Array;
}

/** Reads through the gateway (docs/architecture.md). Which zone serves is the gateway's choice, but for those excluded. */
export class HttpPackSource implements PackSource {
  readonly #options: HttpPackSourceOptions;
  readonly #origin: URL;
  readonly #agent: Agent;
  readonly #idle: RangeConnection[] = [];
  /** Over TLS, or behind something that answers without lengths, ranges come as everything else does. */
  #hasPlainRanges: boolean;
  #token: string | null = null;

  constructor(options: HttpPackSourceOptions) {
    this.#options = options;
    this.#origin = new URL(options.origin);
    const sockets = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.#agent = this.#origin.protocol === "https:" ? new TlsAgent(sockets) : new Agent(sockets);
    this.#hasPlainRanges = this.#origin.protocol === "http:";
  }

  async locate(ids: readonly Uint8Array[]): Promise<readonly (ChunkLocation | null)[]> {
    const answer = await this.#call({ method: "POST", path: "/bulk/v1/locate", body: concatBytes(...ids) });
    const { packs, at } = parseJson(locatedChunksView, answer.bytes);
    requireAll(ids, at);
    return at.map((place) => place && toLocation(packs, place));
  }

  async locateCopies(ids: readonly Uint8Array[]): Promise<readonly (readonly ChunkLocation[])[]> {
    const answer = await this.#call({ method: "POST", path: "/bulk/v1/locate-copies", body: concatBytes(...ids) });
    const { packs, at } = parseJson(locatedCopiesView, answer.bytes);
    requireAll(ids, at);
    return at.map((places) => places.flatMap((place) => toLocation(packs, place) ?? []));
  }

  packIndex(packId: string, options: PackReadOptions = {}): Promise<PackBytes> {
    const path = `/bulk/v1/packs/${packId}/index${excludeQuery(options)}`;
    return this.#call({ method: "GET", path, ...withSignal(options) });
  }

  range(packId: string, range: PackRange, options: PackReadOptions = {}): Promise<PackBytes> {
    const path = `/bulk/v1/packs/${packId}${excludeQuery(options)}`;
    const into = options.into && options.into.length >= range.sizeBytes ? { into: options.into } : {};
    return this.#call({ method: "GET", path, range, ...into, ...withSignal(options) });
  }

  async manifest(snapshotId: string): Promise<Uint8Array> {
    const answer = await this.#call({ method: "GET", path: `/bulk/v1/snapshots/${snapshotId}/manifest` });
    return answer.bytes;
  }

  async reportBadCopy(copy: BadCopy): Promise<void> {
    const body = new TextEncoder().encode(JSON.stringify(copy));
    try {
      await this.#call({ method: "POST", path: "/bulk/v1/reports", body });
    } catch (error) {
      // A report that does not arrive must not stop the restore that made it.
      if (!(error instanceof PackSourceError)) throw error;
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
    this.#agent.destroy();
  }

  async #call(call: Call): Promise<Answer> {
    let isRefused = false;
    for (let attempt = 0; ; attempt++) {
      const delayMs = RETRY_DELAYS_MS[attempt];
      const answer = await this.#attempt(call, delayMs === undefined);
      if (answer !== null && answer.status !== 401) return requireSuccess(call, answer);
      if (answer !== null && isRefused) return requireSuccess(call, answer);
      isRefused = answer !== null;
      if (isRefused) this.#token = await this.#options.getToken(true);
      else await sleep(delayMs ?? 0);
    }
  }

  /** Null when trying again later may help. */
  async #attempt(call: Call, isLast: boolean): Promise<Answer | null> {
    this.#token ??= await this.#options.getToken(false);
    try {
      const { range } = call;
      const answer =
        range && this.#hasPlainRanges
          ? await this.#fetchRange({ ...call, range }, this.#token)
          : await this.#exchange(call, this.#token);
      const isBusy = answer.status === 429 || (answer.status >= 502 && answer.status <= 504 && !isZoneAnswer(answer));
      return isBusy && !isLast ? null : answer;
    } catch (error) {
      if (call.signal?.aborted) throw error;
      if (!(error instanceof Error) || error instanceof PackSourceError) throw error;
      if (isLast)
        throw new PackSourceError("unreachable", `${this.#origin.origin} cannot be reached: ${error.message}`);
      return null;
    }
  }

  async #fetchRange(call: Call & { readonly range: PackRange }, bulkToken: string): Promise<Answer> {
    const { path, range, into } = call;
    const connection = this.#takeConnection();
    try {
      return await connection.fetch({ path, bulkToken, ...range, ...(into && { into }) });
    } catch (error) {
      if (!(error instanceof UnknownAnswerError)) throw error;
      this.#hasPlainRanges = false;
      return this.#exchange(call, bulkToken);
    } finally {
      if (connection.isUsable) this.#idle.push(connection);
      else connection.close();
    }
  }

  #takeConnection(): RangeConnection {
    for (let found = this.#idle.pop(); found; found = this.#idle.pop()) if (found.isUsable) return found;
    return new RangeConnection(this.#origin, IDLE_TIMEOUT_MS);
  }

  #exchange(call: Call, token: string): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const send = this.#origin.protocol === "https:" ? requestHttps : requestHttp;
    const sent: ClientRequest = send(new URL(call.path, this.#origin), {
      method: call.method,
      agent: this.#agent,
      timeout: IDLE_TIMEOUT_MS,
      headers: headersOf(call, token),
      ...(call.signal && { signal: call.signal }),
    });
    sent.on("timeout", () => sent.destroy(new Error(`nothing came for ${IDLE_TIMEOUT_MS / 1000} s`)));
    sent.on("error", reject);
    sent.on("response", (response) => collect(response, call).then(resolve, reject));
    sent.end(call.body);
    return promise;
  }
}

function requireAll(ids: readonly Uint8Array[], at: readonly unknown[]): void {
  if (at.length !== ids.length) throw new PackSourceError("damaged", "the gateway placed other ids than were asked");
}

function toLocation(packs: readonly string[], [pack, frame]: readonly [number, number]): ChunkLocation | null {
  const packId = packs[pack];
  return packId === undefined ? null : { packId, frame };
}

function headersOf({ body, range }: Call, token: string): Record<string, string> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (body) headers["content-length"] = String(body.length);
  if (range) headers.range = `bytes=${range.offset}-${range.offset + range.sizeBytes - 1}`;
  return headers;
}

async function collect(response: IncomingMessage, call: Call): Promise<Answer> {
  const status = response.statusCode ?? 0;
  const zoneHeader = response.headers["x-holdfast-zone"];
  const zoneId = typeof zoneHeader === "string" ? zoneHeader : "";
  const isRange = status === 206 && call.range !== undefined;
  const bytes = isRange ? await fill(response, call.range.sizeBytes, call.into) : await gather(response);
  return { status, zoneId, bytes };
}

/** Into one buffer, without a second copy. */
function fill(response: IncomingMessage, sizeBytes: number, into?: Uint8Array): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const target = into ? into.subarray(0, sizeBytes) : new Uint8Array(sizeBytes);
  let end = 0;
  response.on("data", (bytes: Uint8Array) => {
    if (end + bytes.length > sizeBytes) {
      response.destroy(new Error("more came than was asked for"));
      return;
    }
    target.set(bytes, end);
    end += bytes.length;
  });
  response.on("end", () => (end === sizeBytes ? resolve(target) : reject(new Error("the answer ended too early"))));
  response.on("error", reject);
  return promise;
}

async function gather(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response) {
    if (!(part instanceof Uint8Array)) continue;
    sizeBytes += part.length;
    if (sizeBytes > MAX_ANSWER_BYTES)
      throw new PackSourceError("damaged", "the gateway's answer is larger than any can be");
    parts.push(part);
  }
  return concatBytes(...parts);
}

/** The gateway tells by a code of its own that no zone could serve; asking it again at once is useless. */
function isZoneAnswer(answer: Answer): boolean {
  return bulkErrorView.safeParse(tryJson(answer.bytes)).data?.code === "zone_unreachable";
}

function requireSuccess(call: Call, answer: Answer): Answer {
  const isPartial = call.range === undefined || answer.status === 206;
  if (answer.status >= 200 && answer.status < 300 && isPartial) return answer;
  const told = bulkErrorView.safeParse(tryJson(answer.bytes)).data;
  const what = told ? `${told.message} (${told.code})` : `status ${answer.status}`;
  const code = isZoneAnswer(answer) ? "not_found" : codeOf(answer.status);
  throw new PackSourceError(code, `${call.method} ${call.path.replace(/\?.*/, "")}: ${what}`);
}

function codeOf(status: number): PackSourceError["code"] {
  if (status === 404) return "not_found";
  if (status === 401 || status === 403) return "refused";
  return status >= 500 || status === 429 ? "unreachable" : "damaged";
}

function parseJson<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  const parsed = schema.safeParse(tryJson(bytes));
  if (parsed.success) return parsed.data;
  throw new PackSourceError("damaged", "the gateway's answer is not understood; is this agent too old?");
}

function tryJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function excludeQuery({ excludeZones = [] }: PackReadOptions): string {
  return excludeZones.length > 0 ? `?exclude=${excludeZones.map(encodeURIComponent).join(",")}` : "";
}

function withSignal({ signal }: PackReadOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
