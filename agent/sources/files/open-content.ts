import type { BigIntStats } from "node:fs";
import type { SourceContent, SourceReader, Stretch, Xattr } from "../../../engine/ports/source.ts";
import { SourceError } from "../../../engine/ports/source-error.ts";
import {
  asSourceError,
  closeFd,
  entryType,
  listExtents,
  openForRead,
  readAt,
  readXattrs,
  statFd,
} from "../../platform/posix-read.ts";
import { fingerprintOf, isFingerprintOf } from "./fingerprint.ts";

/** The reading half of `files`: a key is a path that the system takes. */
export const filesReader: SourceReader = { open: openContent };

function openContent(key: Uint8Array): SourceContent {
  return orSourceError(() => {
    const fd = openForRead(Buffer.from(key.buffer, key.byteOffset, key.length));
    try {
      const stat = statFd(fd);
      if (entryType(Number(stat.mode)) !== "file") throw new SourceError("changed-while-read", "no file any more");
      return new FileContent(fd, stat);
    } catch (error) {
      closeFd(fd);
      throw error;
    }
  });
}

class FileContent implements SourceContent {
  readonly fingerprint: Uint8Array;
  readonly #fd: number;
  readonly #stat: BigIntStats;

  constructor(fd: number, stat: BigIntStats) {
    this.#fd = fd;
    this.#stat = stat;
    this.fingerprint = fingerprintOf(stat);
  }

  /** The system is asked about holes only where fewer blocks are taken than the size needs. */
  stretches(): readonly Stretch[] {
    const { size, blocks } = this.#stat;
    const sizeBytes = Number(size);
    if (sizeBytes === 0) return [];
    if (blocks * 512n >= size) return [{ isHole: false, offset: 0, sizeBytes }];
    return orSourceError(() => listExtents(this.#fd, sizeBytes));
  }

  readInto(into: Uint8Array, offset: number): number {
    try {
      return readAt(this.#fd, into, offset);
    } catch (error) {
      throw asSourceError(error);
    }
  }

  xattrs(): readonly Xattr[] {
    return orSourceError(() => readXattrs(this.#fd));
  }

  isUnchanged(): boolean {
    return orSourceError(() => isFingerprintOf(this.fingerprint, statFd(this.#fd)));
  }

  close(): void {
    closeFd(this.#fd);
  }
}

function orSourceError<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asSourceError(error);
  }
}
