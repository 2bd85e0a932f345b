import { type FormatError, IntegrityError, isBadBytes } from "../codec/format-error.ts";
import { type OpenScratch, openFrame, type StoredFrame } from "../format/frame.ts";
import type { FrameEntry, PackIndex } from "../format/pack-index.ts";
import { type MemberNames, requireNamed, verifyMembers } from "../format/verify-members.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
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
  readonly index: Pick<PackIndex, "scope">;
  readonly frame: StoredFrame;
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
  const { primitives, companyId, chunkIdKey } = tools;
  const members = openFrame({ primitives, companyId, scope: index.scope, dataKey }, frame, stored, tools.scratch);
  const proven = new ProvenMembers();
  for (const member of used) {
    proven.add(member, () => {
      const { bytes, names } = requireMember(frame, { member, bytes: members[member] });
      verifyMembers(primitives, chunkIdKey, names, [bytes]);
      return bytes;
    });
  }
  return proven.finish();
}

/** Where chunk ids are computed by somebody else, as by the browser's own HMAC, which is three times as fast. */
export interface AsyncFrameTools extends Pick<FrameTools, "primitives" | "companyId" | "scratch"> {
  readonly computeId: (kind: ChunkKind, plain: Uint8Array) => Promise<Uint8Array>;
}

/**
 * `openMembers`, with ids that are computed elsewhere.
 *
 * @throws as `openMembers`
 */
export async function openMembersAsync(
  tools: AsyncFrameTools,
  { index, frame, dataKey }: FrameToOpen,
  { stored, used }: { stored: Uint8Array; used: readonly number[] },
): Promise<OpenedMember[]> {
  const { primitives, companyId } = tools;
  const members = openFrame({ primitives, companyId, scope: index.scope, dataKey }, frame, stored, tools.scratch);
  const named = used.map((member) => requireMember(frame, { member, bytes: members[member] }));
  const ids = await Promise.all(named.map(({ bytes }) => tools.computeId(frame.kind, bytes)));
  const proven = new ProvenMembers();
  for (const [at, member] of used.entries()) {
    proven.add(member, () => {
      const { bytes, names } = requireMember(frame, { member, bytes: members[member] });
      requireNamed(primitives, names, { at: 0, member: bytes, id: ids[at] });
      return bytes;
    });
  }
  return proven.finish();
}

/** Members that turned out to be what they should be, and the first that did not. */
class ProvenMembers {
  #bad: IntegrityError | FormatError | null = null;
  readonly #good: OpenedMember[] = [];

  add(member: number, prove: () => Uint8Array): void {
    try {
      this.#good.push({ member, bytes: prove() });
    } catch (error) {
      if (!isBadBytes(error)) throw error;
      this.#bad ??= error;
    }
  }

  /** @throws BadMembersError */
  finish(): OpenedMember[] {
    if (this.#bad === null) return this.#good;
    // What is expanded stands only until the next frame is.
    const good = this.#good.map(({ member, bytes }) => ({ member, bytes: bytes.slice() }));
    throw new BadMembersError(this.#bad, good);
  }
}

function requireMember(
  frame: StoredFrame,
  { member, bytes }: { member: number; bytes: Uint8Array | undefined },
): { readonly bytes: Uint8Array; readonly names: MemberNames } {
  const [id, childList] = [frame.memberIds[member], frame.childLists[member]];
  if (!bytes || !id || !childList)
    throw new IntegrityError("bad_count", "a frame lacks a member that it was asked for");
  return { bytes, names: { kind: frame.kind, memberIds: [id], childLists: [childList] } };
}

/** @throws IntegrityError when the directory names what is not there */
export function getFrame(index: PackIndex, number: number): FrameEntry {
  const frame = index.frames[number];
  if (frame) return frame;
  throw new IntegrityError("bad_frame_number", `a pack has no frame ${number}`);
}
