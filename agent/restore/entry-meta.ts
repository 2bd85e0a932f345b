import type { TreeEntry } from "../../engine/format/tree-entry.ts";
import { toBinaryText } from "../../engine/restore/binary-text.ts";
import type { FileMeta } from "./write-task.ts";

const NO_XATTRS: FileMeta["xattrs"] = [];

/** Everything about an entry but its name and content, as values that can go to another thread. */
export function metaOf(entry: TreeEntry): FileMeta {
  return {
    sizeBytes: entry.type === "file" ? entry.sizeBytes : 0,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    seconds: entry.mtimeSeconds,
    nanoseconds: entry.mtimeNanoseconds,
    xattrs:
      entry.xattrs.length === 0
        ? NO_XATTRS
        : entry.xattrs.map(({ name, value }) => ({ name: toBinaryText(name), value: toBinaryText(value) })),
  };
}
