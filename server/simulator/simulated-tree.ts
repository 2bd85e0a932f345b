import type { PackFrame } from "../domain/testing/build-pack.ts";
import type { Random } from "./random.ts";

/** What a frame has in it; a real one has up to 512 KiB. */
export const STORED_BYTES = 24;
const FOLDERS = 2;
const MAX_DOCUMENTS = 5;
/** Content of a company that any of its machines may have. */
const MAX_SHARED = 60;

/** A folder, whose page changes when something in it does. */
export interface Folder {
  readonly pageId: Uint8Array;
  readonly content: readonly Uint8Array[];
}

/** What one snapshot is made of: a top page over folders over content, and a change list. */
export interface SimulatedTree {
  readonly folders: readonly Folder[];
  readonly content: readonly Uint8Array[];
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
  /** Everything that it reaches. */
  readonly ids: readonly Uint8Array[];
}

interface Before {
  readonly folders: readonly Folder[];
  readonly shared: Uint8Array[];
}

/** The machine's tree of today: most folders as they were, some documents new, some as other machines have them. */
export function drawTree(random: Random, { folders: before, shared }: Before): SimulatedTree {
  const folders = Array.from({ length: FOLDERS }, (_, at): Folder => {
    const old = before[at];
    if (old && random.chance(0.4)) return old;
    const content = Array.from({ length: 1 + random.below(MAX_DOCUMENTS) }, (_, place) => {
      const kept = old?.content[place];
      if (kept && random.chance(0.7)) return kept;
      return random.chance(0.3) && shared.length > 0 ? random.pick(shared) : newContent(random, shared);
    });
    return { pageId: random.bytes(32), content: [...new Set(content)] };
  });
  const content = [...new Set(folders.flatMap((folder) => folder.content))];
  const [topPageId, changeListId] = [random.bytes(32), random.bytes(32)];
  const ids = [topPageId, changeListId, ...folders.map(({ pageId }) => pageId), ...content];
  return { folders, content, topPageId, changeListId, ids };
}

/** Tree pages and change lists: everything that is no content. Of the folders' pages those that are wanted. */
export function framesOfPages(tree: SimulatedTree, wanted: readonly Uint8Array[]): PackFrame[] {
  const { folders, topPageId, changeListId } = tree;
  const sent = folders.filter(({ pageId }) => wanted.includes(pageId));
  const pages = sent.map(({ pageId, content }) => ({ id: pageId, childIds: content }));
  const top = { id: topPageId, childIds: folders.map(({ pageId }) => pageId) };
  return [
    { kind: 2, members: [...pages, top], storedSizeBytes: STORED_BYTES },
    { kind: 3, members: [{ id: changeListId }], storedSizeBytes: STORED_BYTES },
  ];
}

function newContent(random: Random, shared: Uint8Array[]): Uint8Array {
  const id = random.bytes(32);
  if (shared.length < MAX_SHARED) shared.push(id);
  else shared[random.below(MAX_SHARED)] = id;
  return id;
}
