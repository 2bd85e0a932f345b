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
 * have sent it by then. After an error, or when the reader stops early, the buffers are left to the collector, because the system may
 * still write to them or send from them.
 */
export async function* readPieces({ zoneId, reader, range }: PieceRead): AsyncGenerator<Uint8Array> {
  const buffers = [takePiece(), takePiece()];
  try {
    const end = range.offset + range.sizeBytes;
    if (end > reader.sizeBytes) throw new ZoneError("damaged", zoneId, `the object ends before byte ${end}`);
    let turn = 0;
    for (let offset = range.offset; offset < end; turn += 1) {
      const buffer = buffers[turn % 2] ?? takePiece();
      const piece = buffer.subarray(0, Math.min(PIECE_BYTES, end - offset));
      await reader.read(offset, piece);
      offset += piece.length;
      yield piece;
    }
  } finally {
    reader.close().catch(() => undefined);
  }
  for (const buffer of buffers) if (idlePieces.length < MAX_IDLE_PIECES) idlePieces.push(buffer);
}

function takePiece(): Buffer {
  return idlePieces.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
}
