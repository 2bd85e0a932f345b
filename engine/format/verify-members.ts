import { IntegrityError } from "../codec/format-error.ts";
import { chunkId } from "../ids/chunk-id.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { Primitives } from "../ports/primitives.ts";
import { childIdsOfPage } from "./child-ids.ts";

/** The names that a frame is bound to. `childLists` stands beside the members: empty lists for content. */
export interface MemberNames {
  readonly kind: ChunkKind;
  readonly memberIds: readonly Uint8Array[];
  readonly childLists: readonly (readonly Uint8Array[])[];
}

/**
 * Proves that opened members are what their names say: every id is recomputed, and the clear child list of every page
 * is compared with the page itself. A writer that turned hostile fails here.
 *
 * @throws IntegrityError `bad_chunk_id`, `bad_child_list`; FormatError for a page that is not well formed
 */
export function verifyMembers(
  primitives: Primitives,
  chunkIdKey: Uint8Array,
  names: MemberNames,
  members: readonly Uint8Array[],
): void {
  for (const [at, member] of members.entries()) {
    requireNamed(primitives, names, { at, member, id: chunkId(primitives, chunkIdKey, names.kind, member) });
  }
}

/** The rule itself, for one member whose id was computed. @throws as `verifyMembers` */
export function requireNamed(
  primitives: Primitives,
  names: MemberNames,
  { at, member, id }: { at: number; member: Uint8Array; id: Uint8Array | undefined },
): void {
  const named = names.memberIds[at];
  if (named === undefined || id === undefined || !primitives.isEqual(id, named)) {
    throw new IntegrityError("bad_chunk_id", "a member of a frame is not what its id says");
  }
  const expected = childIdsOfPage(names.kind, member);
  const clear = names.childLists[at] ?? [];
  const isEqual =
    clear.length === expected.length &&
    expected.every((child, index) => primitives.isEqual(child, clear[index] ?? new Uint8Array(0)));
  if (!isEqual) throw new IntegrityError("bad_child_list", "the clear child list of a page differs from the page");
}
