import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodePrimitives as primitives } from "../../../../engine/primitives/node.ts";
import { SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import {
  type BuiltSnapshot,
  buildSnapshot,
  type TestFolder,
} from "../../../../engine/restore/testing/build-snapshot.ts";
import type { RestoreProgress } from "../protocol/restore-calls.ts";
import { BlockStream } from "./block-stream.ts";
import { DownloadSink } from "./download-sink.ts";
import { DownloadStream } from "./download-stream.ts";
import { HashThread } from "./hash-thread.ts";
import type { SnapshotAccess } from "./take-access.ts";
import type { Selection } from "./take-part.ts";
import { planTake } from "./take-plan.ts";
import { TakeProgress } from "./take-progress.ts";
import { TakeCancelledError, TakeRun } from "./take-run.ts";
import { startTestHasher } from "./testing/test-hasher.ts";
import { startTestOpener } from "./testing/test-opener.ts";
import { ZipTarget } from "./zip-target.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-take-run-"));
const ports: MessagePort[] = [];
afterAll(() => {
  for (const port of ports) port.close();
  rmSync(root, { recursive: true, force: true });
});

const text = (value: string) => new TextEncoder().encode(value);
const piece = (sizeBytes: number) => new Uint8Array(randomBytes(sizeBytes));
const large = Array.from({ length: 20 }, () => piece(1_000_000));
const tree: TestFolder = {
  type: "folder",
  children: {
    home: {
      type: "folder",
      mode: 0o755,
      children: {
        ana: {
          type: "folder",
          mode: 0o700,
          children: {
            "letter.txt": { type: "file", mode: 0o640, pieces: [text("Dear Bo")] },
            "latin \xe9": { type: "file", pieces: [text("not UTF-8")] },
            link: { type: "symlink", target: "letter.txt" },
            pipe: { type: "fifo" },
          },
        },
        "image.bin": { type: "file", pieces: large },
        "sparse.bin": { type: "file", pieces: [text("a"), { holeBytes: 700_000 }, text("b")] },
      },
    },
  },
};

function accessOf({ source, keys }: BuiltSnapshot): SnapshotAccess {
  const end = new AbortController();
  return {
    source,
    primitives,
    companyId: keys.companyId,
    signal: end.signal,
    openSnapshot: (snapshotId) => SnapshotReader.open({ source, primitives, keys }, snapshotId),
    end: (reason) => end.abort(reason),
  };
}

const zones = [0, 1] as const;

/** One bit in the middle of each pack with content, where frames are. */
function damage({ source, contentPackIds }: BuiltSnapshot, zone: 0 | 1): void {
  for (const packId of contentPackIds) {
    source.damage(zone, packId, (bytes) => {
      const at = bytes.length >> 1;
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      return bytes;
    });
  }
}

const everything: Selection = { path: "", folder: "server/Files 1", name: null };

async function take(built: BuiltSnapshot, selections: readonly Selection[] = [everything]) {
  const access = accessOf(built);
  const part = {
    snapshotId: built.snapshotId,
    machineId: "m",
    machineName: "server",
    sourceId: "s",
    sourceName: "Files 1",
    receivedAtMs: 0,
    selections,
  };
  const plan = await planTake(access, "one", { parts: [part], missing: [], baseName: "server" });
  const { port1, port2 } = new MessageChannel();
  const { lengthBytes, fileName } = plan.view;
  const download = { downloadId: "one", fileName, mediaType: "application/zip", lengthBytes };
  const stream = new DownloadStream(download, { port: port2, onEnd: () => {} });
  const told: RestoreProgress[] = [];
  const progress = new TakeProgress({
    plan: plan.view,
    way: "zip",
    firstZoneId: "zone1",
    tell: (now) => told.push(now),
  });
  const sink = new DownloadSink(port1, { signal: access.signal, onStopped: (error) => run.stop(error) });
  const target = new ZipTarget(new BlockStream({ sink, hash: new HashThread(startTestHasher()), lengthBytes }));
  const run = new TakeRun({ plan, access, target, progress, skip: null, startOpener: startTestOpener });
  const body = new Response(stream.open()).bytes();
  body.catch(() => {});
  ports.push(port1, port2);
  const ended = run.run();
  return { plan, run, body, ended, progress, told };
}

function unzip(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(root, "out-"));
  writeFileSync(join(folder, "a.zip"), bytes);
  execFileSync("unzip", ["-q", join(folder, "a.zip"), "-d", join(folder, "d")]);
  return join(folder, "d");
}

describe("a restore in the vault's worker", () => {
  it("plans the exact length, and writes an archive of that length that unpacks to the snapshot", async () => {
    const { plan, body, ended, run, progress } = await take(await buildSnapshot(tree, { membersPerPack: 7 }));
    const bytes = await body;
    await ended;
    expect(plan.view).toMatchObject({ documents: 4, folders: 2, others: 1, fileName: "server.zip" });
    expect(plan.view.packs).toBeGreaterThan(2);
    expect(plan.view.notHeld.join()).toContain("1 fifos left out");
    expect(bytes.length).toBe(plan.view.lengthBytes);
    const to = join(unzip(bytes), "server/Files 1/home");
    expect(readdirSync(join(to, "ana")).sort()).toEqual(["latin %E9", "letter.txt", "link"]);
    expect(readlinkSync(join(to, "ana/link"))).toBe("letter.txt");
    expect(readFileSync(join(to, "image.bin")).equals(Buffer.concat(large))).toBe(true);
    expect(
      readFileSync(join(to, "sparse.bin")).equals(Buffer.concat([text("a"), Buffer.alloc(700_000), text("b")])),
    ).toBe(true);
    expect(progress.view()).toMatchObject({ state: "done", documentsVerified: 4, bytesVerified: plan.view.bytes });
    expect(run.summary).toEqual({
      lengthBytes: bytes.length,
      sha256: Buffer.from(primitives.sha256(bytes)).toString("hex"),
    });
  });

  it("takes what was chosen under its own name, without the folders above it", async () => {
    const chosen = [
      { path: "home/ana/letter.txt", folder: "", name: "letter.txt" },
      { path: "home/ana", folder: "", name: "ana" },
    ];
    const { body, ended } = await take(await buildSnapshot(tree), chosen);
    const to = unzip(await body);
    await ended;
    expect(readdirSync(to).sort()).toEqual(["ana", "letter.txt"]);
  });

  it("replaces a bad copy from the other zone", async () => {
    const built = await buildSnapshot(tree);
    damage(built, 0);
    const { body, ended, plan } = await take(built);
    expect((await body).length).toBe(plan.view.lengthBytes);
    await ended;
    expect(built.source.reports.length).toBeGreaterThan(0);
  });

  it("fails, and names the document, when no copy of a chunk is good", async () => {
    const built = await buildSnapshot(tree);
    for (const zone of zones) damage(built, zone);
    const { body, ended, progress } = await take(built);
    await expect(body).rejects.toThrow("could not be restored");
    await ended;
    expect(progress.view()).toMatchObject({ state: "failed" });
    expect(progress.failed.length).toBeGreaterThan(0);
    expect(progress.view().reason).toContain(progress.failed[0]?.path);
  });

  it("fails the download when it is cancelled, also while it is paused", async () => {
    const { body, ended, run, progress } = await take(await buildSnapshot(tree));
    run.pause();
    run.stop(new TakeCancelledError("The restore was cancelled."));
    await ended;
    await expect(body).rejects.toThrow("cancelled");
    expect(progress.view().state).toBe("cancelled");
  });
});
