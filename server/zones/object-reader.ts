import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { toReadError } from "./fs-errors.ts";

/** An open object that is read into memory of the caller's: a gateway that makes new buffers spends its time collecting them. */
export interface ObjectReader {
  readonly sizeBytes: number;
  /** Fills `into` whole from `offset` on. @throws ZoneError `damaged` when the object ends before */
  read(offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file of a base for reading. @throws ZoneError */
export async function openFileReader(zoneId: string, key: string, path: string): Promise<ObjectReader> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw new ZoneError("damaged", zoneId, `${key} is not a file`);
    return readerOf({ zoneId, key, file, sizeBytes: found.size });
  } catch (error) {
    await file?.close();
    throw toReadError(zoneId, `open ${key}`, error);
  }
}

interface OpenFile {
  readonly zoneId: string;
  readonly key: string;
  readonly file: FileHandle;
  readonly sizeBytes: number;
}

function readerOf({ zoneId, key, file, sizeBytes }: OpenFile): ObjectReader {
  return {
    sizeBytes,
    async read(offset, into) {
      try {
        for (let filled = 0; filled < into.length; ) {
          const { bytesRead } = await file.read(into, filled, into.length - filled, offset + filled);
          if (bytesRead === 0) throw new ZoneError("damaged", zoneId, `${key} ends before ${offset + into.length}`);
          filled += bytesRead;
        }
      } catch (error) {
        throw toReadError(zoneId, `read ${key}`, error);
      }
    },
    close: () => file.close(),
  };
}
