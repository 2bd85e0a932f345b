import { FormatError } from "../../engine/codec/format-error.ts";
import {
  PACK_FOOTER_SIZE_BYTES,
  PACK_HEADER_SIZE_BYTES,
  parsePackHeader,
  parsePackIndex,
} from "../../engine/format/pack-index.ts";
import type { ByteRange } from "../../engine/ports/zone.ts";
import type { RestoreClaims } from "../auth/bulk-token.ts";
import type { PackRow } from "../domain/store/pack-store.ts";
import { packObjectKey } from "../domain/zone/object-keys.ts";
import { type Exchange, sendBytes, sendStream } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";

const SINGLE_RANGE = /^bytes=(\d{1,12})?-(\d{1,12})?$/;
/**
 * Nobody keeps packs by HTTP. To say so matters to browsers: Chromium reads what may be kept into memory of its own, as fast as it comes, before
 * the page reads it; what must not be kept waits in the pipe until it is read (docs/decisions/0040-zip-in-the-browser.md).
 */
const NOT_KEPT = { "cache-control": "no-store" };

interface PackCopies {
  readonly companyId: string;
  readonly row: PackRow;
  readonly key: string;
  /** Present copies in the order of the zones, then suspect ones as a last resort. */
  readonly zoneIds: readonly string[];
}

/** A pack or one range of it, from the first zone that answers. */
export async function getPack(exchange: Exchange<RestoreClaims>): Promise<void> {
  const { row, zoneIds, ...object } = await findCopies(exchange);
  const header = exchange.request.headers.range;
  const range = header === undefined ? { offset: 0, sizeBytes: row.sizeBytes } : parseRange(header, row.sizeBytes);
  const opened = await exchange.context.reads.open({
    ...object,
    name: { packId: row.packId },
    range,
    zoneIds,
    signal: exchange.signal,
  });
  exchange.response.writeHead(header === undefined ? 200 : 206, {
    "content-type": "application/octet-stream",
    "content-length": range.sizeBytes,
    "accept-ranges": "bytes",
    "x-holdfast-zone": opened.zoneId,
    ...NOT_KEPT,
    ...(header === undefined
      ? {}
      : { "content-range": `bytes ${range.offset}-${range.offset + range.sizeBytes - 1}/${row.sizeBytes}` }),
  });
  await sendStream(exchange, opened.body);
}

/** What is needed to open any frame: header, key table, directory, footer; only from a copy in which they fit together. */
export async function getPackIndex(exchange: Exchange<RestoreClaims>): Promise<void> {
  const copies = await findCopies(exchange);
  let lastError: unknown = notHeld();
  for (const zoneId of exchange.context.reads.inOrder(copies.zoneIds)) {
    try {
      const bytes = await readIndex(exchange, copies, zoneId);
      sendBytes(exchange.response, 200, bytes, { "x-holdfast-zone": zoneId, ...NOT_KEPT });
      return;
    } catch (error) {
      exchange.signal.throwIfAborted();
      lastError = error;
      if (!(error instanceof FormatError)) continue;
      noteBadIndex(exchange, copies, zoneId);
      lastError = notHeld();
    }
  }
  throw lastError;
}

/** The parts that were read do not fit together: bytes changed, which no length shows. */
function noteBadIndex({ context }: Exchange, { companyId, row }: PackCopies, zoneId: string): void {
  context.badCopies.note({ companyId, zoneId, name: { packId: row.packId }, code: "bad_index" });
}

async function readIndex(exchange: Exchange, { companyId, row, key }: PackCopies, zoneId: string): Promise<Buffer> {
  const { reads } = exchange.context;
  const read = (offset: number, sizeBytes: number) => {
    const name = { packId: row.packId };
    const range = { offset, sizeBytes };
    const object = { companyId, name, key, range, zoneIds: [zoneId], signal: exchange.signal };
    return reads.readWhole(object, sizeBytes, (bytes) => bytes.length === sizeBytes);
  };
  const header = parsePackHeader(await read(0, PACK_HEADER_SIZE_BYTES));
  const framesAt = PACK_HEADER_SIZE_BYTES + header.keyTableSizeBytes;
  if (framesAt > row.directoryOffset) throw new FormatError("bad_length", "the key table reaches into the directory");
  const head = await read(0, framesAt);
  const tail = await read(row.directoryOffset, row.directorySizeBytes + PACK_FOOTER_SIZE_BYTES);
  const index = Buffer.concat([head, tail]);
  parsePackIndex(index);
  return index;
}

async function findCopies(exchange: Exchange<RestoreClaims>): Promise<PackCopies> {
  const { context, claims } = exchange;
  const packId = exchange.params.packId ?? "";
  const row = await context.packRows.find(claims.companyId, packId);
  if (row === null || row.state === "gone") throw new GatewayError("not_found", "there is no such pack");
  const excluded = new Set(exchange.query.getAll("exclude").flatMap((zoneIds) => zoneIds.split(",")));
  const ofState = (state: string) =>
    context.reads.zoneIds.filter(
      (zoneId) => !excluded.has(zoneId) && row.copies.some((copy) => copy.zoneId === zoneId && copy.state === state),
    );
  const zoneIds = [...ofState("present"), ...ofState("suspect")];
  if (zoneIds.length === 0) {
    context.packRows.forget(claims.companyId, packId);
    throw notHeld();
  }
  const { companyId } = claims;
  return { companyId, row, key: packObjectKey(companyId, row), zoneIds };
}

function notHeld(): GatewayError {
  return new GatewayError("not_found", "no zone that may be asked holds a good copy of this pack");
}

function parseRange(header: string, totalBytes: number): ByteRange {
  const [, from, to] = SINGLE_RANGE.exec(header.trim()) ?? [];
  if (from === undefined && to === undefined) throw rangeInvalid("ask for a single range, such as bytes=0-1023");
  if (from === undefined) {
    const sizeBytes = Math.min(Number(to), totalBytes);
    if (sizeBytes === 0) throw rangeInvalid("the range is empty");
    return { offset: totalBytes - sizeBytes, sizeBytes };
  }
  const offset = Number(from);
  const end = to === undefined ? totalBytes - 1 : Math.min(Number(to), totalBytes - 1);
  if (offset > end) throw rangeInvalid(`the pack has ${totalBytes} bytes`);
  return { offset, sizeBytes: end - offset + 1 };
}

function rangeInvalid(message: string): GatewayError {
  return new GatewayError("range_invalid", message);
}
