import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodePrimitives as primitives } from "../../engine/primitives/node.ts";
import { SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import { type BuiltSnapshot, buildSnapshot, type TestNode } from "../../engine/restore/testing/build-snapshot.ts";
import { FolderTarget } from "./folder-target.ts";
import { restoreTree } from "./restore-tree.ts";
import { type ServedPackSource, servePackSource } from "./testing/serve-pack-source.ts";
import type { FileFailure } from "./write-task.ts";
import { ThreadPool } from "./writer-pool.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-pool-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let restores = 0;

const contents = Array.from({ length: 60 }, () => new Uint8Array(randomBytes(90_000)));
const children: Record<string, TestNode> = Object.fromEntries(
  contents.map((piece, at) => [`file-${at}`, { type: "file", pieces: [piece, contents[(at + 7) % 60] ?? piece] }]),
);
const tree = { type: "folder", children } as const;

async function restore(built: BuiltSnapshot, served: ServedPackSource, renewToken: () => Promise<string>) {
  const to = join(root, String(restores++));
  const target = FolderTarget.open({ path: to, isOverwriting: false });
  const failures: FileFailure[] = [];
  let bytes = 0;
  const pool = new ThreadPool(
    {
      origin: served.origin,
      bulkToken: "token1",
      companyId: built.keys.companyId,
      target: target.writerTarget,
      renewToken,
      onProgress: (progress) => {
        bytes += progress.bytes;
      },
    },
    2,
  );
  const reader = await SnapshotReader.open({ ...built, primitives }, built.snapshotId);
  const events = {
    onFailure: (failure: FileFailure) => failures.push(failure),
    onShortfall: () => {},
    onFiles: () => {},
  };
  let isComplete = false;
  try {
    const counts = await restoreTree({ reader, paths: [], pool, target, events });
    isComplete = true;
    return { to, counts, failures, bytes };
  } finally {
    await pool.close();
    target.close(isComplete);
  }
}

describe("writers in threads", { timeout: 30_000 }, () => {
  it("restore side by side, and share files whose parts lie in several packs", async () => {
    const built = await buildSnapshot(tree, { membersPerPack: 4 });
    const served = await servePackSource(built.source);
    const { to, counts, failures, bytes } = await restore(built, served, async () => "never");
    served.close();
    expect(failures).toEqual([]);
    expect(counts.files).toBe(60);
    expect(bytes).toBe(60 * 180_000);
    for (const [at, piece] of contents.entries()) {
      const expected = Buffer.concat([piece, contents[(at + 7) % 60] ?? piece]);
      expect(readFileSync(join(to, `file-${at}`)).equals(expected)).toBe(true);
    }
    expect(readdirSync(to)).toHaveLength(60);
  });

  it("go on with a new token when theirs has ended", async () => {
    const built = await buildSnapshot(tree, { membersPerPack: 4 });
    const served = await servePackSource(built.source);
    served.tokens.clear();
    served.tokens.add("token2");
    const { counts } = await restore(built, served, async () => "token2");
    served.close();
    expect(counts).toMatchObject({ files: 60, failures: 0 });
  });

  it("end the restore when they are refused for good, and leave no temporary files", async () => {
    const built = await buildSnapshot(tree, { membersPerPack: 4 });
    const served = await servePackSource(built.source);
    served.tokens.clear();
    await expect(restore(built, served, async () => "token3")).rejects.toMatchObject({ code: "refused" });
    served.close();
    expect(readdirSync(join(root, String(restores - 1)))).toEqual([]);
  });
});
