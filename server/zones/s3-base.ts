import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { IDENTITY_KEY, MAX_IDENTITY_BYTES, parseZoneIdentity, type ZoneBase } from "./zone-identity.ts";

/** So long a look at the identity serves the calls that follow: at most one request more a second. */
const FRESH_MS = 1_000;

export interface S3BaseOptions {
  readonly bucket: S3Bucket;
  readonly base: ZoneBase;
  /** Identity (32 hex digits) recorded elsewhere; without it the first one read is pinned for this process. */
  readonly identity?: string;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs?: () => number;
}

/**
 * A bucket that serves as a base: knows whether it is really ours.
 *
 * [Note: a bucket without its identity] An address that leads elsewhere, or a bucket made anew, looks like an empty zone. Asking for
 * `control/zone` with every call would double the requests, and a bucket does not come and go like a mount. So calls trust a look of the
 * last second; but no answer of the kind "there is none" is believed before a look that begins after it, and nothing is deleted before
 * such a look.
 */
export class S3Base {
  readonly bucket: S3Bucket;
  readonly base: ZoneBase;
  readonly #nowMs: () => number;
  #identity: string | null;
  #seenAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;

  constructor({ bucket, base, identity, nowMs = () => performance.now() }: S3BaseOptions) {
    this.bucket = bucket;
    this.base = base;
    this.#identity = identity ?? null;
    this.#nowMs = nowMs;
  }

  get zoneId(): string {
    return this.bucket.zoneId;
  }

  /** @throws ZoneError `unreachable` when the base is not there, `identity_mismatch` when another one is */
  async requirePresent(): Promise<void> {
    if (this.#nowMs() - this.#seenAtMs < FRESH_MS) return;
    this.#looking ??= this.requireStillPresent().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  /** The same, by a look that begins now. */
  async requireStillPresent(): Promise<void> {
    const startedAtMs = this.#nowMs();
    try {
      this.#requireIdentity(await this.#readIdentity());
    } catch (error) {
      this.#seenAtMs = Number.NEGATIVE_INFINITY;
      throw error;
    }
    this.#seenAtMs = startedAtMs;
  }

  async #readIdentity(): Promise<Uint8Array> {
    try {
      const found = await this.bucket.getPiece(IDENTITY_KEY, 0, MAX_IDENTITY_BYTES);
      return found?.bytes ?? new Uint8Array();
    } catch (error) {
      if (!(error instanceof ZoneError) || error.code !== "not_found") throw error;
      const message = `no ${IDENTITY_KEY} in bucket ${this.bucket.name}: is it the right one?`;
      throw new ZoneError("unreachable", this.zoneId, message);
    }
  }

  #requireIdentity(bytes: Uint8Array): void {
    const found = parseZoneIdentity(this.zoneId, bytes);
    const identity = this.#identity ?? found.identity;
    if (found.zoneId !== this.zoneId || found.base !== this.base || found.identity !== identity) {
      const message =
        `bucket ${this.bucket.name} is ${found.zoneId}/${found.base}/${found.identity},` +
        ` expected ${this.zoneId}/${this.base}/${identity}`;
      throw new ZoneError("identity_mismatch", this.zoneId, message);
    }
    this.#identity = identity;
  }
}
