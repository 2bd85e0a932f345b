import type { ByteRange } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { ObjectReader } from "../zones/object-reader.ts";

/** Large enough that a restore is not made of system calls, small enough that 96 reads of two pieces stay under 100 MiB. */
const PIECE_BYTES = 512 * 1024;
/** Pieces that are kept for the next reads. */
const MAX_IDLE_PIECES = 64;

const idlePieces: Buffer[] = [];

export interface PieceRead {
  readonly zoneId: string;
  readonly reader: ObjectReader;
  readonly range: ByteRange;
}

/**
 * Reads a range piece by piece into two buffers by turns: a piece stands until the next but one is asked for. Whoever sends it has to
 * have sent it by then. The last piece may still be on its way when the reader ends, so its buffer is never used again: with it another
 * read once overwrote what a slow client had not got yet. After an error, or when the reader stops early, both are left to the
 * collector, because the system may still write to them or send from them.
 */
export async function* readPieces({ zoneId, reader, range }: PieceRead): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.sizeBytes;
  let current = range.sizeBytes < PIECE_BYTES ? newPiece(range.sizeBytes) : takePiece();
  let other: Buffer | null = null;
  try {
    if (end > reader.sizeBytes) throw new ZoneError("damaged", zoneId, `the object ends before byte ${end}`);
    for (let offset = range.offset; offset < end; ) {
      const piece = current.subarray(0, Math.min(PIECE_BYTES, end - offset));
      await reader.read(offset, piece);
      offset += piece.length;
      yield piece;
      if (offset < end) [current, other] = [other ?? takePiece(), current];
    }
  } finally {
    reader.close().catch(() => undefined);
  }
  if (other !== null && idlePieces.length < MAX_IDLE_PIECES) idlePieces.push(other);
}

const newPiece = (sizeBytes: number) => Buffer.allocUnsafeSlow(sizeBytes);

function takePiece(): Buffer {
  return idlePieces.pop() ?? newPiece(PIECE_BYTES);
}
