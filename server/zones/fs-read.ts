import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { ByteRange } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { toReadError } from "./fs-errors.ts";

const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Bytes of one piece; large enough that a restore is not made of system calls. */
const PIECE_BYTES = 1024 * 1024;

export interface FsRead {
  readonly zoneId: string;
  readonly key: string;
  readonly path: string;
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads an object or a range. The first piece is read before this returns, and the file is closed again until the caller goes on: an
 * object never changes, so opening it twice reads the same, and a stream that nobody consumes holds no descriptor.
 */
export async function readFile(read: FsRead): Promise<AsyncIterable<Uint8Array>> {
  const file = await openObject(read);
  try {
    const range = await checkRange(read, file);
    const first = await readPiece(read, file, range.offset, Math.min(PIECE_BYTES, range.sizeBytes));
    return pieces(read, range, first);
  } catch (error) {
    throw toReadError(read.zoneId, `read ${read.key}`, error);
  } finally {
    await file.close();
  }
}

async function openObject(read: FsRead): Promise<FileHandle> {
  try {
    return await open(read.path, READ_ONLY);
  } catch (error) {
    throw toReadError(read.zoneId, `open ${read.key}`, error);
  }
}

async function checkRange(read: FsRead, file: FileHandle): Promise<ByteRange> {
  const found = await file.stat();
  if (!found.isFile()) throw new ZoneError("damaged", read.zoneId, `${read.key} is not a file`);
  const range = read.range ?? { offset: 0, sizeBytes: found.size };
  if (range.offset < 0 || range.sizeBytes < 0 || range.offset + range.sizeBytes > found.size) {
    const message = `${read.key}: bytes ${range.offset}+${range.sizeBytes} lie beyond its ${found.size}`;
    throw new ZoneError("damaged", read.zoneId, message);
  }
  return range;
}

async function* pieces(read: FsRead, range: ByteRange, first: Uint8Array): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  const end = range.offset + range.sizeBytes;
  let offset = range.offset + first.length;
  if (offset === end) return;
  const file = await openObject(read);
  try {
    while (offset < end) {
      const piece = await readPiece(read, file, offset, Math.min(PIECE_BYTES, end - offset));
      offset += piece.length;
      yield piece;
    }
  } catch (error) {
    throw toReadError(read.zoneId, `read ${read.key}`, error);
  } finally {
    await file.close();
  }
}

async function readPiece(read: FsRead, file: FileHandle, offset: number, sizeBytes: number): Promise<Uint8Array> {
  read.signal?.throwIfAborted();
  const piece = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const { bytesRead } = await file.read(piece, filled, sizeBytes - filled, offset + filled);
    if (bytesRead === 0) throw new ZoneError("damaged", read.zoneId, `${read.key} became shorter`);
    filled += bytesRead;
  }
  return piece;
}
