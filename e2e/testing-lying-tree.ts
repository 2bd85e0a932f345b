import type { PackMember } from "../engine/format/pack-builder.ts";
import { encodeTreePage } from "../engine/format/tree-page.ts";
import { newMember, sealPack } from "../server/testing/company-world.ts";
import { emptyChangeList, type Intruder } from "./testing-intruder.ts";

export interface Lie {
  /** What the file `victim.txt` is said to hold. */
  readonly content: readonly PackMember[];
  /** What is sent; by default the content. */
  readonly sent?: readonly PackMember[];
  /** What the clear and the sealed child list of the page say. */
  readonly childIds: readonly Uint8Array[];
  /** Changes the finished pack of pages. */
  readonly change?: (pack: Uint8Array) => void;
}

/** Commits one file at the root of a tree through the real path, as a hostile agent would; resolves with the snapshot's id. */
export async function commitTree(
  intruder: Intruder,
  { content, sent = content, childIds, change }: Lie,
): Promise<string> {
  const { world } = intruder;
  const run = await intruder.startRun();
  const items = content.map(({ id, plain }) => ({ kind: "content", sizeBytes: plain.length, chunkId: id }) as const);
  const contentBytes = content.reduce((sum, { plain }) => sum + plain.length, 0);
  const meta = { mtimeSeconds: 1, mtimeNanoseconds: 0, xattrs: [], mode: 0o644, uid: 0, gid: 0 };
  const file = { type: "file", sizeBytes: contentBytes, content: { form: "inline", items } } as const;
  const entries = [{ name: Buffer.from("victim.txt"), ...meta, ...file }];
  const page = newMember(world, 2, encodeTreePage({ type: "directory-leaf", entries }), childIds);
  const changes = emptyChangeList(world);
  // The change list first: an honest sealer recomputes the first frame, and would refuse to lie.
  const pages = Uint8Array.from(sealPack(run.seal, "meta", [changes, page]).bytes);
  change?.(pages);
  await run.putAll(sealPack(run.seal, "content", sent).bytes, pages);
  const answer = await run.commit(run.manifest(page.id, changes.id, await run.chain(), { contentBytes }));
  if (answer.status !== 201) throw new Error(`the server noticed the lie: ${answer.text}`);
  return parseSnapshotId(answer.data);
}

function parseSnapshotId(data: unknown): string {
  return (data as { snapshotId: string }).snapshotId;
}
