import { chunkId } from "../ids/chunk-id.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { Primitives } from "../ports/primitives.ts";

/** A page that is ready to be stored, with what it reaches. */
export interface BuiltPage {
  readonly kind: ChunkKind;
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
  readonly childIds: readonly Uint8Array[];
}

export interface PageOutput {
  readonly primitives: Primitives;
  readonly chunkIdKey: Uint8Array;
  /**
   * Takes each page as soon as it is full: children always before what names them. Synchronous; whoever needs
   * back-pressure waits between two calls of `add`, each of which emits a handful of pages at most.
   */
  readonly emit: (page: BuiltPage) => void;
}

/** Names a page, hands it on and returns its id. */
export function emitPage(
  output: PageOutput,
  kind: ChunkKind,
  bytes: Uint8Array,
  childIds: readonly Uint8Array[],
): Uint8Array {
  const id = chunkId(output.primitives, output.chunkIdKey, kind, bytes);
  output.emit({ kind, id, bytes, childIds });
  return id;
}
