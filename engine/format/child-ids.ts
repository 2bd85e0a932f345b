import type { ChunkKind } from "../ports/chunk-index.ts";
import { childIdsOfChangeListPage, decodeChangeListPage } from "./change-list.ts";
import { childIdsOfTreePage, decodeTreePage } from "./tree-page.ts";

/**
 * What a plaintext reaches: nothing for content, the child list of a page for kinds 2 and 3. The clear list in a pack's
 * directory must equal it.
 *
 * @throws FormatError when the page is not well formed
 */
export function childIdsOfPage(kind: ChunkKind, plain: Uint8Array): Uint8Array[] {
  switch (kind) {
    case 1:
      return [];
    case 2:
      return childIdsOfTreePage(decodeTreePage(plain));
    case 3:
      return childIdsOfChangeListPage(decodeChangeListPage(plain));
  }
}
