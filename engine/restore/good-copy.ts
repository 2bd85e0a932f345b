import { isBadBytes } from "../codec/format-error.ts";
import type { PackBytes, PackReadOptions, PackSource } from "../ports/pack-source.ts";
import { BadMembersError, type OpenedMember } from "./frame-opener.ts";
import { PackSourceError } from "./pack-source-error.ts";
import { RestoreError } from "./restore-error.ts";

export interface CopyQuestion<T> {
  readonly packId: string;
  /** Null when the pack index itself is read. */
  readonly frame: number | null;
  readonly read: (options: PackReadOptions) => Promise<PackBytes>;
  /** Verifies and opens; throws FormatError or IntegrityError when the bytes are not what they should be. */
  readonly open: (bytes: Uint8Array) => T | Promise<T>;
  /** Copies that are known to be bad already. */
  readonly excludeZones?: readonly string[];
}

/**
 * Reads something until a copy verifies: a bad one is reported, and the next zone is asked. So a damaged or forged copy costs a
 * request, never a wrong byte.
 *
 * @throws RestoreError `no_good_copy` when no zone has a copy that verifies
 * @throws PackSourceError when not even one could be read
 */
export async function readGoodCopy<T>(source: PackSource, question: CopyQuestion<T>): Promise<T> {
  const excludeZones = [...(question.excludeZones ?? [])];
  let reason = excludeZones.length > 0 ? "it was damaged before" : "";
  for (;;) {
    const copy = await readCopy(question, excludeZones, reason);
    try {
      return await question.open(copy.bytes);
    } catch (error) {
      if (!isBadBytes(error)) throw error;
      const { packId, frame } = question;
      await source.reportBadCopy({ packId, zoneId: copy.zoneId, frame, code: error.code });
      reason = error.message;
      // A source that keeps answering from an excluded zone would be asked for ever.
      if (excludeZones.includes(copy.zoneId)) throw noGoodCopy(question, reason);
      excludeZones.push(copy.zoneId);
    }
  }
}

/** Members of one frame that are proven, and why the others are not. */
export interface ReadMembers {
  readonly members: readonly OpenedMember[];
  readonly problem: RestoreError | null;
}

/**
 * Reads members of one frame from the first copy in which all are good; if there is none, what one copy has of them. A writer that lied
 * about one member cannot spoil its neighbours.
 *
 * @throws PackSourceError when not even one copy could be read
 */
export async function readGoodMembers(
  source: PackSource,
  question: CopyQuestion<readonly OpenedMember[]>,
): Promise<ReadMembers> {
  let good: readonly OpenedMember[] = [];
  const open = async (bytes: Uint8Array) => {
    try {
      return await question.open(bytes);
    } catch (error) {
      if (error instanceof BadMembersError && error.good.length > good.length) good = error.good;
      throw error;
    }
  };
  try {
    return { members: await readGoodCopy(source, { ...question, open }), problem: null };
  } catch (error) {
    if (!(error instanceof RestoreError)) throw error;
    return { members: good, problem: error };
  }
}

async function readCopy<T>(
  question: CopyQuestion<T>,
  excludeZones: readonly string[],
  reason: string,
): Promise<PackBytes> {
  try {
    return await question.read({ excludeZones });
  } catch (error) {
    if (error instanceof PackSourceError && excludeZones.length > 0 && error.code !== "refused") {
      throw noGoodCopy(question, reason);
    }
    throw error;
  }
}

function noGoodCopy<T>(question: CopyQuestion<T>, reason: string): RestoreError {
  const what = question.frame === null ? "the index" : `frame ${question.frame}`;
  return new RestoreError(
    "no_good_copy",
    `no zone has a good copy of ${what} of pack ${question.packId} (${reason}); restore what else there is, and ask the provider to check that pack`,
  );
}
