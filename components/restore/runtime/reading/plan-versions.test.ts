import { describe, expect, it } from "vitest";
import { fromHex } from "../../../../engine/codec/hex.ts";
import type { ChangeRow } from "../../../../engine/format/change-list.ts";
import { decodeSignedHeader } from "../../../../engine/format/manifest.ts";
import { buildSnapshot } from "../../../../engine/restore/testing/build-snapshot.ts";
import { planVersions, toVersion } from "./plan-versions.ts";
import type { GenuineSnapshot } from "./snapshot-lists.ts";

const { source, snapshotId } = await buildSnapshot({ type: "folder", children: {} });
const { header } = decodeSignedHeader((await source.manifest(snapshotId)).subarray(0, 300 + 64));

const snapshots: readonly GenuineSnapshot[] = [1, 2, 3, 4, 5].map((commit) => ({
  snapshotId: `snapshot ${commit}`,
  receivedAtMs: commit * 1000,
  commit,
  header,
}));

function row(sizeBytes: number, op: ChangeRow["op"] = "present"): ChangeRow {
  return {
    pathHash: new Uint8Array(16),
    op,
    entryType: "file",
    path: fromHex("61"),
    sizeBytes,
    mtimeSeconds: 10 + sizeBytes,
    mtimeNanoseconds: 999_999_999,
    contentFingerprint: new Uint8Array(16).fill(sizeBytes),
  };
}

const planned = (states: Parameters<typeof planVersions>[1]) =>
  planVersions(snapshots, states).map((version) => {
    const { snapshotId: of, op, sizeBytes } = toVersion(version, false);
    return `${of}: ${op} ${sizeBytes}`;
  });

describe("versions of a document", () => {
  it("are the snapshots in which it became another, newest first", () => {
    expect(planned([row(1), row(1), row(2), row(2), row(1)])).toEqual([
      "snapshot 5: present 1",
      "snapshot 3: present 2",
      "snapshot 1: present 1",
    ]);
  });

  it("tell from when it was gone, said by a list or by a baseline that does not name it", () => {
    expect(planned([null, row(1), row(0, "gone"), row(1), null])).toEqual([
      "snapshot 5: gone 0",
      "snapshot 4: present 1",
      "snapshot 3: gone 0",
      "snapshot 2: present 1",
    ]);
    expect(planned([null, null, null, null, null])).toEqual([]);
  });

  it("pass over what cannot be read", () => {
    expect(planned([row(1), new Error("bad"), row(1), row(2), new Error("bad")])).toEqual([
      "snapshot 4: present 2",
      "snapshot 1: present 1",
    ]);
  });

  it("have times in whole milliseconds", () => {
    const [version] = planVersions(snapshots, [row(1)]);
    expect(version && toVersion(version, true)).toMatchObject({ modifiedAtMs: 11_999, isConfirmed: true });
  });
});
