import { IntegrityError } from "../codec/format-error.ts";
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

/**
 * Opens one frame and proves those of its members that are used: decrypted, expanded, each id recomputed, each page's child list
 * compared. Members that nobody asked for cannot spoil those that were.
 *
 * @param used numbers of members, without repeats
 * @throws IntegrityError, FormatError: this copy is not what it should be
 */
export function openMembers(
  tools: FrameTools,
  { index, frame, dataKey }: { index: PackIndex; frame: FrameEntry; dataKey: Uint8Array },
  { stored, used }: { stored: Uint8Array; used: readonly number[] },
): OpenedMember[] {
  const { primitives, companyId } = tools;
  const members = openFrame({ primitives, companyId, scope: index.scope, dataKey }, frame, stored, tools.scratch);
  return used.map((member) => {
    const [bytes, id, childList] = [members[member], frame.memberIds[member], frame.childLists[member]];
    if (!bytes || !id || !childList)
      throw new IntegrityError("bad_count", "a frame lacks a member that it was asked for");
    verifyMembers(primitives, tools.chunkIdKey, { kind: frame.kind, memberIds: [id], childLists: [childList] }, [
      bytes,
    ]);
    return { member, bytes };
  });
}

/** @throws IntegrityError when the directory names what is not there */
export function getFrame(index: PackIndex, number: number): FrameEntry {
  const frame = index.frames[number];
  if (frame) return frame;
  throw new IntegrityError("bad_frame_number", `a pack has no frame ${number}`);
}
