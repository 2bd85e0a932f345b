import { z } from "zod";
import { toHex } from "../../../engine/codec/hex.ts";
import type { Primitives } from "../../../engine/ports/primitives.ts";
import type { EncodedSegment, JournalHead, JournalRow } from "./journal-store.ts";

/**
 * [Note: A segment of the journal]
 *
 * An object `control/journal/<term>-<number>-<sha256>` of UTF-8 lines. The first is its head, every other one row:
 *
 *     {"v":1,"type":"journal","term":1,"number":7,"previous":"<hex>","base":3,"rows":2}
 *     {"seq":41,"at":"2026-11-27T08:00:00.000Z","company":"<uuid>","kind":"row","payload":{"table":"machine","row":{...}}}
 *
 * `previous` is the SHA-256 of the segment before, so the last one proves all of them. `base` is the first segment that a reader needs: a
 * base is complete from there on. Of the rows, `row` and `row_base` carry what a table's row is, `row_removed` what it was; the other
 * kinds say what happened. A later `row` replaces; a `row_base` only fills what is not there, because it may have been read before a
 * change that stands earlier in the queue.
 */

/** Of one segment; one row more may stand above it, and a row has at most about 600 kB (a key object in hex). */
const MAX_SEGMENT_BYTES = 2 * 1024 * 1024;
/** Of a head line, so that a reader can follow the chain by ranges. */
export const MAX_HEAD_BYTES = 1_024;
const PREFIX = "control/journal/";
const KEY = /^control\/journal\/(\d{6})-(\d{12})-([0-9a-f]{64})$/;

const Head = z.object({
  v: z.literal(1),
  type: z.literal("journal"),
  term: z.int().min(1),
  number: z.int().min(1),
  previous: z.string().regex(/^[0-9a-f]{64}$/),
  base: z.int().min(1).nullable(),
  rows: z.int().min(1),
});
const Row = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  company: z.uuid(),
  kind: z.string(),
  payload: z.record(z.string(), z.unknown()),
});

export type SegmentHead = z.infer<typeof Head>;
export type SegmentRow = z.infer<typeof Row>;

export interface SegmentName {
  readonly objectKey: string;
  readonly term: number;
  readonly number: number;
  /** Hex SHA-256 of the bytes. */
  readonly hash: string;
}

export const JOURNAL_PREFIX = PREFIX;

export class SegmentError extends Error {
  readonly code = "segment_invalid";
  override readonly name = "SegmentError";
}

/** Makes the segment that follows `head`, of as many rows as fit, at least one. */
export function encodeSegment(
  sha256: Primitives["sha256"],
  head: JournalHead,
  rows: readonly JournalRow[],
): { readonly taken: number; readonly segment: EncodedSegment } {
  const lines: string[] = [];
  let sizeBytes = 0;
  for (const row of rows) {
    const line = encodeRow(row);
    if (lines.length > 0 && sizeBytes + line.length > MAX_SEGMENT_BYTES) break;
    sizeBytes += line.length;
    lines.push(line);
  }
  const first: SegmentHead = {
    v: 1,
    type: "journal",
    term: head.term,
    number: head.number + 1,
    previous: head.hash,
    base: head.baseNumber,
    rows: lines.length,
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(first)}\n${lines.join("")}`);
  const hash = toHex(sha256(bytes));
  return { taken: lines.length, segment: { objectKey: keyOf(first.term, first.number, hash), bytes, hash } };
}

/** Reads a whole segment and holds it to its name. @throws SegmentError */
export function parseSegment(
  sha256: Primitives["sha256"],
  name: SegmentName,
  bytes: Uint8Array,
): { readonly head: SegmentHead; readonly rows: readonly SegmentRow[] } {
  if (toHex(sha256(bytes)) !== name.hash)
    throw new SegmentError(`${name.objectKey} has other bytes than its name says`);
  const [first, ...lines] = decode(name, bytes).trimEnd().split("\n");
  const head = parseHead(name, first ?? "");
  if (lines.length !== head.rows)
    throw new SegmentError(`${name.objectKey} says ${head.rows} rows and has ${lines.length}`);
  return { head, rows: lines.map((line) => parseLine(name, Row, line)) };
}

/** Reads the head from the first bytes of a segment. @throws SegmentError */
export function parseSegmentHead(name: SegmentName, start: Uint8Array): SegmentHead {
  const end = start.indexOf(0x0a);
  if (end < 0) throw new SegmentError(`${name.objectKey} does not begin with a head`);
  return parseHead(name, decode(name, start.subarray(0, end)));
}

/** Null for keys that are no segment's. */
export function findSegmentName(objectKey: string): SegmentName | null {
  const [, term, number, hash] = KEY.exec(objectKey) ?? [];
  return hash === undefined ? null : { objectKey, term: Number(term), number: Number(number), hash };
}

function keyOf(term: number, number: number, hash: string): string {
  return `${PREFIX}${String(term).padStart(6, "0")}-${String(number).padStart(12, "0")}-${hash}`;
}

function encodeRow({ seq, at, companyId, kind, payload }: JournalRow): string {
  const head = JSON.stringify({ seq, at: at.toISOString(), company: companyId, kind });
  return `${head.slice(0, -1)},"payload":${payload}}\n`;
}

function parseHead(name: SegmentName, line: string): SegmentHead {
  const head = parseLine(name, Head, line);
  if (head.term === name.term && head.number === name.number) return head;
  throw new SegmentError(`${name.objectKey} says that it is another segment`);
}

function parseLine<T>(name: SegmentName, shape: z.ZodType<T>, line: string): T {
  try {
    return shape.parse(JSON.parse(line));
  } catch (cause) {
    throw new SegmentError(`${name.objectKey} has a line that cannot be understood`, { cause });
  }
}

function decode({ objectKey }: SegmentName, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SegmentError(`${objectKey} is not text`, { cause });
  }
}
