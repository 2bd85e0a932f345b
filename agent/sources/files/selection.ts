/** What of a machine is backed up: every folder on the way to a chosen path, and all of what was chosen. */
export interface SelectionNode {
  /** All below is backed up; otherwise only `children`. */
  readonly isWhole: boolean;
  /** Sorted bytewise by name. */
  readonly children: readonly (readonly [name: Buffer, node: SelectionNode])[];
}

interface Draft {
  isWhole: boolean;
  readonly children: Map<string, Draft>;
}

/** @param paths absolute, without symlinks on the way, as bytes; a path below another one adds nothing */
export function planSelection(paths: readonly Uint8Array[]): SelectionNode {
  const root: Draft = { isWhole: false, children: new Map() };
  for (const path of paths) {
    let node = root;
    for (const part of splitPath(path)) {
      const key = Buffer.from(part).toString("latin1");
      const next = node.children.get(key) ?? { isWhole: false, children: new Map() };
      node.children.set(key, next);
      node = next;
    }
    node.isWhole = true;
  }
  return freeze(root);
}

/** The components of a path, without empty ones. */
export function splitPath(path: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== 0x2f) continue;
    if (at > start) parts.push(path.subarray(start, at));
    start = at + 1;
  }
  return parts;
}

function freeze(draft: Draft): SelectionNode {
  if (draft.isWhole) return { isWhole: true, children: [] };
  const children = [...draft.children]
    .map(([key, child]): readonly [Buffer, SelectionNode] => [Buffer.from(key, "latin1"), freeze(child)])
    .sort(([a], [b]) => Buffer.compare(a, b));
  return { isWhole: false, children };
}
