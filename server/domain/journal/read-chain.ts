import { concatBytes } from "../../../engine/codec/hex.ts";
import type { Primitives } from "../../../engine/ports/primitives.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import {
  findSegmentName,
  JOURNAL_PREFIX,
  MAX_HEAD_BYTES,
  parseSegment,
  parseSegmentHead,
  SegmentError,
  type SegmentHead,
  type SegmentName,
  type SegmentRow,
} from "./segment.ts";

const PAGE = 1_000;

/** The part of a zone's journal that says everything: from the newest complete base, or from the beginning, to its end. */
export interface Chain {
  /** In order; names alone, about 200 B each. */
  readonly segments: readonly SegmentName[];
  readonly last: SegmentName;
}

/**
 * Follows the chain backwards by the heads, which costs one small request a segment: each proves the one before. A history that took over has no
 * base of its own at first, and goes on from the one that the history before it had last.
 *
 * @throws JournalError `no_journal`, or `journal_broken` with the segment that is missing or damaged
 */
export async function findChain(zone: Zone): Promise<Chain> {
  const names = await listNames(zone);
  const byHash = new Map(names.map((name) => [`${name.number}-${name.hash}`, name]));
  const last = names.toSorted((a, b) => b.term - a.term || b.number - a.number)[0];
  if (!last) throw new JournalError("no_journal", `${zone.zoneId} holds no journal: it cannot be recovered from`);
  const segments = [last];
  let head = await readHead(zone, last);
  let begin = head.base;
  while (head.number > (begin ?? 1)) {
    const previous = byHash.get(`${head.number - 1}-${head.previous}`);
    if (!previous) throw broken(zone, head.number - 1, "is not there");
    segments.push(previous);
    head = await readHead(zone, previous);
    begin ??= head.base;
  }
  return { segments: segments.reverse(), last };
}

/** Reads one segment whole, and verifies it. @throws JournalError `journal_broken` */
export async function readSegment(
  zone: Zone,
  sha256: Primitives["sha256"],
  name: SegmentName,
): Promise<{ readonly head: SegmentHead; readonly rows: readonly SegmentRow[] }> {
  return named(zone, name, async () => parseSegment(sha256, name, await collect(await zone.get(name.objectKey))));
}

export type JournalErrorCode = "no_journal" | "journal_broken";

/** Why a zone's journal cannot be read; the message says what to do. */
export class JournalError extends Error {
  readonly code: JournalErrorCode;
  override readonly name = "JournalError";

  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

async function listNames(zone: Zone): Promise<SegmentName[]> {
  const names: SegmentName[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await zone.list(JOURNAL_PREFIX, { limit: PAGE, ...(after !== undefined && { after }) });
    names.push(...page.map(({ key }) => findSegmentName(key)).filter((name) => name !== null));
    after = page.at(-1)?.key;
    if (page.length < PAGE) return names;
  }
}

async function readHead(zone: Zone, name: SegmentName): Promise<SegmentHead> {
  return named(zone, name, async () => {
    const info = await zone.find(name.objectKey);
    if (!info) throw new SegmentError(`${name.objectKey} is not there`);
    const range = { offset: 0, sizeBytes: Math.min(MAX_HEAD_BYTES, info.sizeBytes) };
    return parseSegmentHead(name, await collect(await zone.get(name.objectKey, range)));
  });
}

async function named<T>(zone: Zone, name: SegmentName, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isDamaged = error instanceof ZoneError && (error.code === "damaged" || error.code === "not_found");
    if (error instanceof SegmentError || isDamaged) throw broken(zone, name.number, "is damaged", error);
    throw error;
  }
}

function broken(zone: Zone, number: number, what: string, cause?: unknown): JournalError {
  const message = `segment ${number} of the journal in ${zone.zoneId} ${what}; copy it from the other zone's control/journal, or recover from there`;
  return new JournalError("journal_broken", message, { cause });
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return concatBytes(...parts);
}
