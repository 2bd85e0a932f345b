import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pageOf } from "./s3-listing.ts";
import { type S3Answer, S3Versions } from "./s3-versions.ts";
import { findSignatureFault } from "./verify-signature.ts";

/** What goes wrong with one request. The object store itself stays right. */
export type S3Fault =
  /** Answers with an error, and does nothing. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly code: string;
      readonly headers?: Record<string, string>;
    }
  /** Answers as a proxy in front of it does. */
  | { readonly kind: "html"; readonly status: number }
  /** Cuts the connection without doing anything. */
  | { readonly kind: "reset" }
  /** Does what was asked, and cuts the connection instead of saying so. */
  | { readonly kind: "lost_answer" }
  /** Announces a whole body, sends half of it, and cuts the connection. */
  | { readonly kind: "truncate" }
  /** Says a wrong ETag. */
  | { readonly kind: "wrong_etag" }
  /** Ends the body early, and says so as if it were whole. */
  | { readonly kind: "short" }
  /** Answers with the whole object, whatever range was asked for. */
  | { readonly kind: "ignore_range" }
  /** Answers with the beginning of the object, whatever range was asked for. */
  | { readonly kind: "other_range" }
  /** Takes a body as it is, and stores it with a flipped bit. */
  | { readonly kind: "rot" }
  /** Takes the request and never answers. */
  | { readonly kind: "silent" };

export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
}

export interface S3ServerOptions {
  readonly buckets: readonly string[];
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  /** Keys in one page, at most, however many are asked for. */
  readonly pageKeys?: number;
  /** Those of the buckets that are versioned, with Object Lock. */
  readonly lockingBuckets?: readonly string[];
  /** False: `If-None-Match` is ignored, as in versioned buckets of some servers. */
  readonly honoursIfNoneMatch?: boolean;
}

/**
 * A small S3 server that speaks over a real port: it checks signatures and hashes itself, stores what it is sent, whole or not at all,
 * and answers in XML. Path style. Faults are chosen by the test, request by request.
 */
export class S3Server {
  readonly accessKeyId: string;
  readonly region: string;
  secretAccessKey: string;
  pageKeys: number;
  /** Asked for each request whose signature is right; null lets it pass. */
  fault: (request: S3Request) => S3Fault | null = () => null;
  /** Added to the server's clock. */
  skewMs = 0;
  /** Lists as some stores do that keep no order. */
  listsBackwards = false;
  /** Every request whose signature is right. */
  readonly requests: S3Request[] = [];
  readonly #buckets: Map<string, Map<string, Buffer>>;
  readonly #versions: Map<string, S3Versions>;
  readonly #honoursIfNoneMatch: boolean;
  readonly #server = createServer((request, response) => this.#serve(request, response));

  constructor(options: S3ServerOptions) {
    this.accessKeyId = options.accessKeyId ?? "AKIDWIRELEVEL";
    this.secretAccessKey = options.secretAccessKey ?? "a/secret+of=the-wire";
    this.region = options.region ?? "eu-test-1";
    this.pageKeys = options.pageKeys ?? 1_000;
    this.#honoursIfNoneMatch = options.honoursIfNoneMatch ?? true;
    this.#buckets = new Map(options.buckets.map((name) => [name, new Map()]));
    const locking = options.lockingBuckets ?? [];
    this.#versions = new Map(locking.map((name) => [name, new S3Versions(this.objects(name))]));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await ended;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What a bucket holds, by key; undefined for one that does not exist. Changing it changes the store. */
  objects(bucket: string): Map<string, Buffer> {
    const found = this.#buckets.get(bucket);
    if (!found) throw new Error(`no bucket ${bucket}`);
    return found;
  }

  addBucket(bucket: string): void {
    this.#buckets.set(bucket, new Map());
  }

  removeBucket(bucket: string): void {
    this.#buckets.delete(bucket);
  }

  /** Lets the next `times` requests that fit fail so. */
  failNext(fault: S3Fault, times = 1, fits: (request: S3Request) => boolean = () => true): void {
    let left = times;
    this.fault = (request) => {
      if (left <= 0 || !fits(request)) return null;
      left -= 1;
      return fault;
    };
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await receive(message);
    // Half a request leaves nothing.
    if (body === null) return;
    const { accessKeyId, secretAccessKey, region } = this;
    const nowMs = Date.now() + this.skewMs;
    const denied = findSignatureFault({ request: message, region, accessKeyId, secretAccessKey, nowMs });
    if (denied) return sendError(response, denied === "AuthorizationHeaderMalformed" ? 400 : 403, denied);
    if (!hasSignedHash(message, body)) return sendError(response, 400, "XAmzContentSHA256Mismatch");
    const url = new URL(message.url ?? "/", "http://path.style");
    const [, bucket = "", ...rest] = decodeURIComponent(url.pathname).split("/");
    const request: S3Request = { method: message.method ?? "", bucket, key: rest.join("/") };
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault && failEarly(fault, message, response)) return;
    if (fault?.kind === "rot") body[0] = (body[0] ?? 0) ^ 1;
    else if (fault?.kind === "ignore_range") delete message.headers.range;
    else if (fault?.kind === "other_range") message.headers.range = "bytes=0-4";
    else if (fault) spoil(fault, message, response);
    const objects = this.#buckets.get(bucket);
    if (!objects) return sendError(response, 404, "NoSuchBucket");
    const versioned = this.#serveVersions(request, url.searchParams, body);
    if (versioned?.code) return sendError(response, versioned.status, versioned.code);
    if (versioned) return send(response, versioned.status, versioned.body ?? "");
    if (request.key === "") return send(response, 200, pageOf(objects, url.searchParams, this));
    if (request.method === "PUT") return this.#put(objects, request.key, message, body, response);
    if (request.method === "DELETE") {
      objects.delete(request.key);
      return send(response, 204, "");
    }
    const headers = this.#versions.get(bucket)?.headersOf(request.key) ?? {};
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return sendObject(objects.get(request.key), message, response);
  }

  /** Another version in front of what is stored, as somebody who has the keys may put it; null marks it as deleted. */
  addVersion(bucket: string, key: string, body: Buffer | null): void {
    this.#versions.get(bucket)?.add(key, body);
  }

  /** What only buckets with versions answer; null: as all others. */
  #serveVersions({ method, bucket, key }: S3Request, query: URLSearchParams, body: Buffer): S3Answer | null {
    const versions = this.#versions.get(bucket);
    const versionId = query.get("versionId");
    if (!versions) return query.has("retention") ? { status: 400, code: "InvalidRequest" } : null;
    if (query.has("versions")) return versions.list(query.get("prefix") ?? "");
    if (query.has("retention")) return versions.lock(key, versionId ?? "", body.toString());
    if (method === "DELETE" && versionId !== null) return versions.delete(key, versionId);
    if (method !== "DELETE" && method !== "PUT") return null;
    versions.add(key, method === "PUT" ? body : null);
    return { status: method === "PUT" ? 200 : 204 };
  }

  #put(objects: Map<string, Buffer>, key: string, message: IncomingMessage, body: Buffer, response: ServerResponse) {
    const isConditional = message.headers["if-none-match"] === "*" && this.#honoursIfNoneMatch;
    if (isConditional && objects.has(key)) return sendError(response, 412, "PreconditionFailed");
    objects.set(key, body);
    response.setHeader("etag", etagOf(body));
    return send(response, 200, "");
  }
}

function hasSignedHash(message: IncomingMessage, body: Buffer): boolean {
  return message.headers["x-amz-content-sha256"] === createHash("sha256").update(body).digest("hex");
}

function sendObject(object: Buffer | undefined, message: IncomingMessage, response: ServerResponse): void {
  if (!object) {
    sendError(response, 404, "NoSuchKey");
    return;
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(message.headers.range ?? "")?.map(Number);
  response.setHeader("etag", etagOf(object));
  if (!range) {
    response.setHeader("content-length", object.length);
    send(response, 200, message.method === "HEAD" ? "" : object);
    return;
  }
  const [, from = 0, to = 0] = range;
  if (from >= object.length) {
    sendError(response, 416, "InvalidRange");
    return;
  }
  const part = object.subarray(from, to + 1);
  response.setHeader("content-range", `bytes ${from}-${from + part.length - 1}/${object.length}`);
  send(response, 206, part);
}

function failEarly(fault: S3Fault, message: IncomingMessage, response: ServerResponse): boolean {
  if (fault.kind === "reset") message.socket.resetAndDestroy();
  else if (fault.kind === "html") {
    response.setHeader("content-type", "text/html");
    send(response, fault.status, "<!doctype html><title>Bad gateway</title><p>nginx");
  } else if (fault.kind === "answer") {
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
    sendError(response, fault.status, fault.code);
  } else return fault.kind === "silent";
  return true;
}

/** Lets the request be carried out, and its answer go wrong. */
function spoil(fault: S3Fault, message: IncomingMessage, response: ServerResponse): void {
  const end = response.end.bind(response);
  response.end = ((body?: Buffer | string) => {
    if (fault.kind === "lost_answer") return message.socket.destroy();
    if (fault.kind === "wrong_etag") {
      response.setHeader("etag", '"00000000000000000000000000000000"');
      return end(body);
    }
    const bytes = Buffer.from(body ?? "");
    if (fault.kind === "short") return end(bytes.subarray(0, bytes.length >> 1));
    response.setHeader("content-length", bytes.length);
    return response.write(bytes.subarray(0, bytes.length >> 1), () => message.socket.destroy());
  }) as typeof response.end;
}

function send(response: ServerResponse, status: number, body: Buffer | string): void {
  response.statusCode = status;
  response.end(body);
}

function sendError(response: ServerResponse, status: number, code: string): void {
  response.setHeader("content-type", "application/xml");
  send(
    response,
    status,
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
  );
}

/** Null when the sender hung up before its end. */
async function receive(message: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  try {
    for await (const part of message) parts.push(part);
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}

const etags = new WeakMap<Buffer, string>();

function etagOf(body: Buffer): string {
  const known = etags.get(body);
  if (known !== undefined) return known;
  const etag = `"${createHash("md5").update(body).digest("hex")}"`;
  etags.set(body, etag);
  return etag;
}
