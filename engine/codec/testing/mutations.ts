import fc from "fast-check";
import { FormatError, IntegrityError } from "../format-error.ts";
import { concatBytes } from "../hex.ts";

/** Ways in which bytes get damaged or forged: flipped, truncated, extended, inflated lengths, reordered, repeated. */
export type Mutation = (bytes: Uint8Array) => Uint8Array;

/** Offsets are shares of the length, so that one arbitrary serves inputs of any size. */
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(share, fc.integer({ min: 1, max: 255 })).map(([where, mask]): Mutation => {
    return (bytes) => changed(bytes, where, (byte) => byte ^ mask);
  }),
  share.map(
    (where): Mutation =>
      (bytes) =>
        bytes.slice(0, at(bytes, where)),
  ),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map(
    (tail): Mutation =>
      (bytes) =>
        concatBytes(bytes, tail),
  ),
  share.map(
    (where): Mutation =>
      (bytes) =>
        changed(bytes, where, () => 0xff),
  ),
  share.map(
    (where): Mutation =>
      (bytes) =>
        changed(bytes, where, () => 0),
  ),
  fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 9 })).map(([where, more]): Mutation => {
    return (bytes) => concatBytes(bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where)));
  }),
  fc.tuple(share, share, share).map((cuts): Mutation => {
    return (bytes) => {
      const [a = 0, b = 0, c = 0] = cuts.map((cut) => at(bytes, cut)).sort((x, y) => x - y);
      return concatBytes(bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c));
    };
  }),
  fc.tuple(share, share).map(([from, to]): Mutation => {
    return (bytes) => concatBytes(bytes.subarray(0, at(bytes, to)), bytes.subarray(at(bytes, from)));
  }),
);

function at(bytes: Uint8Array, where: number): number {
  return Math.floor(where * bytes.length);
}

function changed(bytes: Uint8Array, where: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  const offset = at(bytes, where);
  if (offset < copy.length) copy[offset] = change(copy[offset] ?? 0);
  return copy;
}

/** The outcome of a decoder: its value, or the code of a named error. Any other error escapes and fails the test. */
export function outcomeOf<Value>(decode: () => Value): { readonly value: Value } | { readonly code: string } {
  try {
    return { value: decode() };
  } catch (error) {
    if (error instanceof FormatError || error instanceof IntegrityError) return { code: error.code };
    throw error;
  }
}

/** The code with which something is refused, or "accepted". */
export function codeOf(call: () => unknown): string {
  const outcome = outcomeOf(call);
  return "code" in outcome ? outcome.code : "accepted";
}
