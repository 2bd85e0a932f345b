import { type FormatError, IntegrityError, isBadBytes } from "../codec/format-error.ts";
import { type OpenScratch, openFrame } from "../format/frame.ts";
import type { FrameEntry, PackIndex } from "../format/pack-index.ts";
import { verifyMembers } from "../format/verify-members.ts";
import type { Primitives } from "../ports/primitives.ts";

/** What opening takes once the data key is known; small enough to be handed to a thread. */
export interface FrameTools {
  readonly primitives: Primitives;
  readonly companyId: string;
  readonly chunkIdKey: Uint8Array;
  /** Then members are valid until the next frame is opened. */
  readonly scratch?: OpenScratch;
}

export interface OpenedMember {
  readonly member: number;
  readonly bytes: Uint8Array;
}

export interface FrameToOpen {
  readonly index: PackIndex;
  readonly frame: FrameEntry;
  readonly dataKey: Uint8Array;
}

/**
 * A frame of a writer that lied about some of its members: sealed by the agent's own key, so that each zone has the same. The others
 * are what they should be.
 */
export class BadMembersError extends IntegrityError {
  /** Copies, proven. */
  readonly good: readonly OpenedMember[];

  constructor(first: IntegrityError | FormatError, good: readonly OpenedMember[]) {
    super(first.code, first.message);
    this.name = "BadMembersError";
    this.good = good;
  }
}

/**
 * Opens one frame and proves those of its members that are used: decrypted, expanded, each id recomputed, each page's child list
 * compared. Members that nobody asked for cannot spoil those that were.
 *
 * @param used numbers of members, without repeats
 * @throws IntegrityError, FormatError: this copy is not what it should be; BadMembersError when only some of the members are not
 */
export function openMembers(
  tools: FrameTools,
  { index, frame, dataKey }: FrameToOpen,
  { stored, used }: { stored: Uint8Array; used: readonly number[] },
): OpenedMember[] {
  const { primitives, companyId } = tools;
  const members = openFrame({ primitives, companyId, scope: index.scope, dataKey }, frame, stored, tools.scratch);
  let bad: IntegrityError | FormatError | null = null;
  const good: OpenedMember[] = [];
  for (const member of used) {
    try {
      good.push({ member, bytes: proveMember(tools, frame, { member, bytes: members[member] }) });
    } catch (error) {
      if (!isBadBytes(error)) throw error;
      bad ??= error;
    }
  }
  if (bad === null) return good;
  // What is expanded stands only until the next frame is.
  throw new BadMembersError(
    bad,
    good.map(({ member, bytes }) => ({ member, bytes: bytes.slice() })),
  );
}

function proveMember(
  { primitives, chunkIdKey }: FrameTools,
  frame: FrameEntry,
  { member, bytes }: { member: number; bytes: Uint8Array | undefined },
): Uint8Array {
  const [id, childList] = [frame.memberIds[member], frame.childLists[member]];
  if (!bytes || !id || !childList)
    throw new IntegrityError("bad_count", "a frame lacks a member that it was asked for");
  verifyMembers(primitives, chunkIdKey, { kind: frame.kind, memberIds: [id], childLists: [childList] }, [bytes]);
  return bytes;
}

/** @throws IntegrityError when the directory names what is not there */
export function getFrame(index: PackIndex, number: number): FrameEntry {
  const frame = index.frames[number];
  if (frame) return frame;
  throw new IntegrityError("bad_frame_number", `a pack has no frame ${number}`);
}
