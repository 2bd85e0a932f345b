import { type FormatError, type IntegrityError, isBadBytes } from "../codec/format-error.ts";
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
 * request, never a wrong byte. When no zone is left, each that answered is asked once more: what a disk holds well may have been
 * garbled on its way.
 *
 * @throws RestoreError `no_good_copy` when no zone has a copy that verifies
 * @throws PackSourceError when not even one could be read
 */
export async function readGoodCopy<T>(source: PackSource, question: CopyQuestion<T>): Promise<T> {
  const known = question.excludeZones ?? [];
  const bad: string[] = [];
  let reason = known.length > 0 ? "it was damaged before" : "";
  for (;;) {
    const copy = await readCopy(question, [...known, ...bad]);
    // A source that keeps answering from an excluded zone would be asked for ever.
    if (copy === null || known.includes(copy.zoneId) || bad.includes(copy.zoneId)) break;
    const opened = await openCopy(question, copy);
    if ("value" in opened) return opened.value;
    const { packId, frame } = question;
    await source.reportBadCopy({ packId, zoneId: copy.zoneId, frame, code: opened.problem.code });
    reason = opened.problem.message;
    bad.push(copy.zoneId);
  }
  for (const zoneId of bad) {
    const copy = await readCopy(question, [...known, ...bad.filter((other) => other !== zoneId)]);
    const opened = copy && (await openCopy(question, copy));
    if (opened && "value" in opened) return opened.value;
  }
  throw noGoodCopy(question, reason);
}

async function openCopy<T>(
  { open }: CopyQuestion<T>,
  { bytes }: PackBytes,
): Promise<{ readonly value: T } | { readonly problem: FormatError | IntegrityError }> {
  try {
    return { value: await open(bytes) };
  } catch (error) {
    if (!isBadBytes(error)) throw error;
    return { problem: error };
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

/** Null when only excluded zones have it. */
async function readCopy<T>({ read }: CopyQuestion<T>, excludeZones: readonly string[]): Promise<PackBytes | null> {
  try {
    return await read({ excludeZones });
  } catch (error) {
    if (error instanceof PackSourceError && excludeZones.length > 0 && error.code !== "refused") return null;
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
