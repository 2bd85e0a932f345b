import type { IncomingMessage } from "node:http";
import type { RunningHash } from "../../engine/ports/primitives.ts";
import { ClientGoneError, GatewayError } from "./gateway-error.ts";

/**
 * Without a byte for this long, a sender has gone: mobile lines stall for seconds, not for half a minute. Nor does a bandwidth limit: its pauses
 * are over after the 4 s in which four uploads pay for 64 KiB each at the least limit.
 */
const BODY_IDLE_MS = 30_000;

/**
 * The announced length of a body. A body without one is refused, because room is reserved before it is read.
 * @throws GatewayError `bad_input`, `too_large`
 */
export function requireContentLength(request: IncomingMessage, maxBytes: number): number {
  const header = request.headers["content-length"];
  if (header === undefined || !/^\d{1,12}$/.test(header)) {
    throw new GatewayError("bad_input", "send Content-Length: the length of the body has to be known");
  }
  const sizeBytes = Number(header);
  if (sizeBytes > maxBytes) throw new GatewayError("too_large", `${sizeBytes} bytes, at most ${maxBytes} are taken`);
  return sizeBytes;
}

/** Resolves when the next piece may be read, after so many bytes. */
export type Pace = (sizeBytes: number) => Promise<void>;

export interface ReadBodyOptions {
  readonly hash?: RunningHash | undefined;
  readonly pace?: Pace | undefined;
}

/**
 * Frees a piece at once. Left to the collector, pieces of 64 KiB start a full collection for every 30 MB of body: 3.0 instead of
 * 4.2 s of CPU for 1.7 GB. Small ones are cut from a pool that other buffers share and must stay.
 */
function release({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}

/**
 * Reads a body into `into`, hashing on the way, at the pace that is given; returns the part that was filled. What is not read yet waits with its
 * sender, slowed down by TCP. The HTTP parser ends a body at its announced length,
 * which the caller has held against the size of `into`.
 * @throws ClientGoneError when it ends early or stalls; the connection is given up
 */
export function readBody(
  request: IncomingMessage,
  into: Uint8Array,
  { hash, pace }: ReadBodyOptions = {},
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // Whoever left while this waited has told nobody who listens here, and a socket that is gone has no time-outs either.
    if (request.destroyed || request.socket.destroyed) {
      reject(new ClientGoneError("the client left before its upload was read"));
      return;
    }
    let filled = 0;
    request.setTimeout(BODY_IDLE_MS, () => {
      reject(new ClientGoneError(`no byte of the body came for ${BODY_IDLE_MS / 1000} s`));
    });
    request.on("data", (part: Buffer) => {
      into.set(part, filled);
      hash?.update(into.subarray(filled, filled + part.length));
      filled += part.length;
      if (pace) keepPace(request, pace(part.length), reject);
      release(part);
    });
    request.once("end", () => {
      request.setTimeout(0);
      resolve(into.subarray(0, filled));
    });
    request.once("error", () => reject(new ClientGoneError("the client ended the upload")));
    request.once("close", () => reject(new ClientGoneError("the client ended the upload")));
  });
}

function keepPace(request: IncomingMessage, paid: Promise<void>, reject: (error: unknown) => void): void {
  request.pause();
  paid.then(() => request.resume(), reject);
}
