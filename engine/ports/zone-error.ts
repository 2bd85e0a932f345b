export type ZoneErrorCode =
  | "unreachable"
  | "not_found"
  | "exists"
  | "full"
  | "read_only"
  | "damaged"
  | "invalid_key"
  /** A lock keeps the object. */
  | "locked"
  /** The base cannot lock objects. */
  | "no_locks"
  | "identity_mismatch"
  /** The zone's history goes on elsewhere, under a higher control term: whoever gets this writes nothing any more. */
  | "taken_over";

/** The only error that a Zone throws, besides the reason of an aborted signal. Told apart by `code`, never by message. */
export class ZoneError extends Error {
  readonly code: ZoneErrorCode;
  readonly zoneId: string;

  constructor(code: ZoneErrorCode, zoneId: string, message: string, options?: ErrorOptions) {
    super(`${zoneId}: ${message}`, options);
    this.name = "ZoneError";
    this.code = code;
    this.zoneId = zoneId;
  }

  /** True when the same call may succeed later without anybody acting on the object: the zone was away. */
  get retryable(): boolean {
    return this.code === "unreachable";
  }
}
