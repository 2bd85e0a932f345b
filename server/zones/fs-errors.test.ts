import { expect, test } from "vitest";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { toReadError, toZoneError } from "./fs-errors.ts";

const failed = (code: string) => Object.assign(new Error(code), { code });
const codeOf = (error: unknown) => (error instanceof ZoneError ? [error.code, error.retryable] : error);

test("what the system says becomes what the port says", () => {
  const expected = {
    ENOENT: ["not_found", false],
    ENOSPC: ["full", false],
    EDQUOT: ["full", false],
    EROFS: ["read_only", false],
    EACCES: ["read_only", false],
    ELOOP: ["damaged", false],
    EIO: ["unreachable", true],
    ESTALE: ["unreachable", true],
    ENOTCONN: ["unreachable", true],
    EMFILE: ["unreachable", true],
  };
  for (const [code, outcome] of Object.entries(expected)) {
    expect(codeOf(toZoneError("zone1", "put", failed(code)))).toEqual(outcome);
  }
});

test("a sector that cannot be read is a bad copy, a folder that may not be entered a lost zone", () => {
  expect(codeOf(toReadError("zone1", "read", failed("EIO")))).toEqual(["damaged", false]);
  expect(codeOf(toReadError("zone1", "read", failed("EACCES")))).toEqual(["unreachable", true]);
});

test("errors that are none of the system's stay what they are", () => {
  const own = new ZoneError("exists", "zone1", "x");
  const foreign = new TypeError("x");
  expect(toZoneError("zone1", "put", own)).toBe(own);
  expect(toZoneError("zone1", "put", foreign)).toBe(foreign);
  expect(toReadError("zone1", "read", failed("ERR_INVALID_ARG_TYPE"))).not.toBeInstanceOf(ZoneError);
});
