import { FormatError } from "../codec/format-error.ts";
import { fromBase64, fromHex } from "../codec/hex.ts";
import { decodeUtf8 } from "../codec/text.ts";
import { uuidToBytes } from "../codec/uuid.ts";

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/**
 * Reads a JSON object field by field and refuses what it does not know: each field is taken once, and `expectEnd`
 * demands that none is left.
 *
 * @throws FormatError `bad_json`, `bad_field`, `unknown_field`
 */
export class JsonFields {
  readonly #what: string;
  readonly #fields: Map<string, unknown>;

  /** @param what names the object in messages */
  constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new FormatError("bad_json", `${what} is not a JSON object`);
    }
    this.#what = what;
    this.#fields = new Map(Object.entries(value));
  }

  literal<T extends string | number>(name: string, ...expected: readonly T[]): T {
    const value = this.#take(name);
    const found = expected.find((one) => one === value);
    if (found === undefined) throw this.#bad(name, expected.map((one) => JSON.stringify(one)).join(" or "));
    return found;
  }

  text(name: string, limitCharacters = 4096): string {
    const value = this.#take(name);
    if (typeof value !== "string" || value.length > limitCharacters) {
      throw this.#bad(name, `text of at most ${limitCharacters} characters`);
    }
    return value;
  }

  texts(name: string, limit: number): string[] {
    return this.list(name, limit).map((value) => {
      if (typeof value !== "string") throw this.#bad(name, "a list of texts");
      return value;
    });
  }

  list(name: string, limit: number): unknown[] {
    const value = this.#take(name);
    if (!Array.isArray(value) || value.length > limit) throw this.#bad(name, `a list of at most ${limit}`);
    return value;
  }

  integer(name: string, least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#take(name);
    const isWhole = typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0);
    if (!isWhole || value < least || value > most) {
      throw this.#bad(name, `a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** An object of its own inside this one. */
  object(name: string): JsonFields {
    return new JsonFields(this.#take(name), `${this.#what}.${name}`);
  }

  uuid(name: string): string {
    const value = this.text(name);
    return this.#decoded(name, "a lower-case uuid", () => {
      uuidToBytes(value);
      return value;
    });
  }

  /** Lower-case hex of exactly `sizeBytes`; stays text. */
  hex(name: string, sizeBytes: number): string {
    const value = this.text(name);
    const bytes = this.#decoded(name, `${sizeBytes} bytes in lower-case hex`, () => fromHex(value));
    if (bytes.length !== sizeBytes) throw this.#bad(name, `${sizeBytes} bytes in lower-case hex`);
    return value;
  }

  /** Padded base64 of exactly `sizeBytes`. */
  bytes(name: string, sizeBytes: number): Uint8Array {
    const bytes = this.anyBytes(name, sizeBytes);
    if (bytes.length !== sizeBytes) throw this.#bad(name, `${sizeBytes} bytes in base64`);
    return bytes;
  }

  /** Padded base64 of at most `limitBytes`. */
  anyBytes(name: string, limitBytes: number): Uint8Array {
    const text = this.text(name, Math.ceil(limitBytes / 3) * 4);
    return this.#decoded(name, "padded base64", () => fromBase64(text));
  }

  /** A moment as `Date.toISOString` writes it. */
  moment(name: string): Date {
    const value = this.text(name);
    const moment = new Date(value);
    const isExact = MOMENT.test(value) && !Number.isNaN(moment.getTime()) && moment.toISOString() === value;
    if (!isExact) throw this.#bad(name, "a moment like 2026-01-31T12:00:00.000Z");
    return moment;
  }

  expectEnd(): void {
    const [name] = this.#fields.keys();
    if (name === undefined) return;
    throw new FormatError("unknown_field", `${this.#what} has a field "${name}" that this program does not know`);
  }

  #take(name: string): unknown {
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return value;
  }

  #decoded<T>(name: string, expected: string, decode: () => T): T {
    try {
      return decode();
    } catch {
      throw this.#bad(name, expected);
    }
  }

  #bad(name: string, expected: string): FormatError {
    return new FormatError("bad_field", `${this.#what}: "${name}" is not ${expected}`);
  }
}

/**
 * Parses UTF-8 JSON that stands exactly as `JSON.stringify` writes it: no spaces, no doubled names. So one value has
 * one form, and nothing can hide between the parser of one program and that of another.
 *
 * @throws FormatError `bad_json`, `bad_utf8`, `not_canonical`
 */
export function parseCanonicalJson(bytes: Uint8Array, what: string): JsonFields {
  const text = decodeUtf8(bytes);
  const value = parseJson(text, what);
  if (JSON.stringify(value) !== text) {
    throw new FormatError("not_canonical", `${what} is not written in its one canonical form`);
  }
  return new JsonFields(value, what);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("bad_json", `${what} is not JSON`);
  }
}
