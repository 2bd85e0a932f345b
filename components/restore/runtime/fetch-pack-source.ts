import type { z } from "zod";
import { bulkErrorView } from "../../../contracts/bulk.ts";
import { locatedChunksView, locatedCopiesView } from "../../../contracts/chunks.ts";
import { concatBytes } from "../../../engine/codec/hex.ts";
import type { ChunkLocation } from "../../../engine/ports/chunk-index.ts";
import type { BadCopy, PackBytes, PackRange, PackReadOptions, PackSource } from "../../../engine/ports/pack-source.ts";
import { PackSourceError } from "../../../engine/restore/pack-source-error.ts";

export interface FetchPackSourceOptions {
  /** A restore token; asked for again when the gateway no longer takes the last one. */
  readonly getToken: (isRefused: boolean) => Promise<string>;
  /** Ends every read. */
  readonly signal: AbortSignal;
  /** Told of every answer with bytes of a pack, for whoever shows what is read. */
  readonly onRead?: (read: { readonly packId: string; readonly zoneId: string; readonly sizeBytes: number }) => void;
  /** Waits, as for the line, while no zone can be reached; whoever looks at something now wants to hear of it at once. */
  readonly waitsForZones?: boolean;
  /** Told of every copy that could not be verified. */
  readonly onBadCopy?: (copy: BadCopy) => void;
  /** Told when the line is lost, and when it is back. */
  readonly onLine?: (line: "lost" | "back") => void;
}

/** A request that brings nothing for so long is given up and tried again. */
const ANSWER_TIMEOUT_MS = 60_000;
/** Pauses between tries; the last one repeats until the line has been lost for `MAX_LOST_MS`. */
const RETRY_DELAYS_MS = [200, 500, 1_000, 2_000, 4_000];
/** A laptop that changes networks is back sooner; whoever sleeps longer starts the restore again. */
const MAX_LOST_MS = 10 * 60_000;

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Uint8Array;
  readonly range?: PackRange;
  readonly signal?: AbortSignal;
  /** Takes the bytes of a range, where it can. */
  readonly into?: Uint8Array;
}

interface Answer {
  readonly status: number;
  readonly zoneId: string;
  readonly bytes: Uint8Array;
}

/** Reads through the gateway by `fetch`. What it brings is believed by nobody: whoever asks verifies. */
export class FetchPackSource implements PackSource {
  readonly #options: FetchPackSourceOptions;
  #token: string | null = null;
  #isLost = false;

  constructor(options: FetchPackSourceOptions) {
    this.#options = options;
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
    return this.#read(
      packId,
      { method: "GET", path: `/bulk/v1/packs/${packId}/index${excludeQuery(options)}` },
      options,
    );
  }

  range(packId: string, range: PackRange, options: PackReadOptions = {}): Promise<PackBytes> {
    return this.#read(
      packId,
      { method: "GET", path: `/bulk/v1/packs/${packId}${excludeQuery(options)}`, range },
      options,
    );
  }

  async manifest(snapshotId: string): Promise<Uint8Array> {
    return (await this.#call({ method: "GET", path: `/bulk/v1/snapshots/${snapshotId}/manifest` })).bytes;
  }

  async reportBadCopy(copy: BadCopy): Promise<void> {
    this.#options.onBadCopy?.(copy);
    const body = new TextEncoder().encode(JSON.stringify(copy));
    try {
      await this.#call({ method: "POST", path: "/bulk/v1/reports", body });
    } catch (error) {
      // A report that does not arrive must not stop the restore that made it.
      if (!(error instanceof PackSourceError)) throw error;
    }
  }

  async #read(packId: string, call: Call, { signal, into }: PackReadOptions): Promise<PackBytes> {
    const answer = await this.#call({ ...call, ...(signal && { signal }), ...(into && { into }) });
    this.#options.onRead?.({ packId, zoneId: answer.zoneId, sizeBytes: answer.bytes.length });
    return answer;
  }

  async #call(call: Call): Promise<Answer> {
    const startedAtMs = performance.now();
    let isRefused = false;
    for (let attempt = 0; ; attempt++) {
      const isLast = performance.now() - startedAtMs > MAX_LOST_MS;
      const answer = await this.#attempt(call, isLast);
      if (answer !== null) {
        this.#tellLine("back");
        if (answer.status !== 401 || isRefused) return requireSuccess(call, answer);
        isRefused = true;
        this.#token = await this.#options.getToken(true);
      } else {
        this.#tellLine("lost");
        await sleep(RETRY_DELAYS_MS[attempt] ?? RETRY_DELAYS_MS.at(-1) ?? 0, this.#options.signal);
      }
    }
  }

  /** Null when trying again later may help. */
  async #attempt(call: Call, isLast: boolean): Promise<Answer | null> {
    const signals = [
      this.#options.signal,
      AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      ...(call.signal ? [call.signal] : []),
    ];
    const signal = AbortSignal.any(signals);
    try {
      this.#token ??= await this.#options.getToken(false);
      const answer = await exchange(call, this.#token, signal);
      const isAway = answer.status >= 502 && answer.status <= 504 && this.#isWorthWaiting(call, answer);
      const isBusy = answer.status === 429 || isAway;
      return isBusy && !isLast ? null : answer;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      call.signal?.throwIfAborted();
      if (error instanceof PackSourceError || !isLineError(error)) throw error;
      if (isLast) throw new PackSourceError("unreachable", "the portal cannot be reached");
      return null;
    }
  }

  /** Where zones are left out, others are wanted, and that they do not answer is the answer. */
  #isWorthWaiting(call: Call, answer: Answer): boolean {
    if (!isZoneAnswer(answer)) return true;
    return this.#options.waitsForZones === true && !call.path.includes("exclude=");
  }

  #tellLine(line: "lost" | "back"): void {
    if (this.#isLost === (line === "lost")) return;
    this.#isLost = line === "lost";
    this.#options.onLine?.(line);
  }
}

function requireAll(ids: readonly Uint8Array[], at: readonly unknown[]): void {
  if (at.length !== ids.length) throw new PackSourceError("damaged", "the gateway placed other ids than were asked");
}

function toLocation(packs: readonly string[], [pack, frame]: readonly [number, number]): ChunkLocation | null {
  const packId = packs[pack];
  return packId === undefined ? null : { packId, frame };
}

async function exchange(
  { method, path, body, range, into }: Call,
  token: string,
  signal: AbortSignal,
): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (range) headers.range = `bytes=${range.offset}-${range.offset + range.sizeBytes - 1}`;
  const response = await fetch(path, {
    method,
    headers,
    signal,
    credentials: "omit",
    // What is restored must not lie in the browser's cache, sealed or not: it would fill the disk.
    cache: "no-store",
    ...(body && { body: body.slice() }),
  });
  const bytes = await readBody(response, response.status === 206 ? into : undefined);
  if (response.status === 206 && bytes.length !== range?.sizeBytes) throw new TypeError("the answer was cut short");
  return { status: response.status, zoneId: response.headers.get("x-holdfast-zone") ?? "", bytes };
}

/**
 * Into memory that is used again, where there is some and the browser reads so; the memory is handed on with what it holds. Three
 * times as fast as `arrayBuffer` (docs/decisions/0040-zip-in-the-browser.md).
 */
async function readBody(response: Response, into: Uint8Array | undefined): Promise<Uint8Array> {
  const memory = into?.buffer;
  const reader = memory instanceof ArrayBuffer && memory.byteLength > 0 ? tryByteReader(response) : null;
  if (!(memory instanceof ArrayBuffer) || reader === null) return new Uint8Array(await response.arrayBuffer());
  let buffer = memory;
  let sizeBytes = 0;
  for (;;) {
    const room = new Uint8Array(buffer, sizeBytes, Math.min(PIECE_BYTES, buffer.byteLength - sizeBytes));
    if (room.length === 0) throw new TypeError("the answer was longer than what was asked for");
    const { value, done } = await reader.read(room);
    if (value === undefined) throw new TypeError("the answer was given up");
    buffer = value.buffer;
    if (done) return new Uint8Array(buffer, 0, sizeBytes);
    sizeBytes += value.length;
  }
}

/** What is read at once; larger pieces were not faster. */
const PIECE_BYTES = 256 * 1024;

function tryByteReader({ body }: Response): ReadableStreamBYOBReader | null {
  try {
    return body?.getReader({ mode: "byob" }) ?? null;
  } catch {
    // Not every browser reads the bodies of answers so.
    return null;
  }
}

/** What fetch throws when the line breaks or nothing comes. */
function isLineError(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  if (error instanceof DOMException) return error.name === "TimeoutError" || error.name === "NetworkError";
  return error instanceof Error && "code" in error && error.code === "portal_unreachable";
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
  throw new PackSourceError("damaged", "the gateway's answer is not understood; load this page again");
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

function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    signal.addEventListener("abort", stop, { once: true });
  });
}
