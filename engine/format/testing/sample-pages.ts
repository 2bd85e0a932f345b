import { encodeUtf8 } from "../../codec/text.ts";
import type { ChangeListPage, ChangeRow } from "../change-list.ts";
import type { ManifestBody } from "../manifest-body.ts";
import type { TreeEntry } from "../tree-entry.ts";
import type { TreePage } from "../tree-page.ts";
import type { FormatFixture } from "./format-fixture.ts";

const base = {
  mode: 0o644,
  uid: 1000,
  gid: 100,
  mtimeSeconds: 1_795_000_000,
  mtimeNanoseconds: 123_456_789,
  xattrs: [],
};

function id(number: number): Uint8Array {
  return new Uint8Array(32).fill(number);
}

/** One entry of every type and form, in order of their names. */
export function sampleEntries(): TreeEntry[] {
  const xattrs = [
    { name: encodeUtf8("user.a"), value: new Uint8Array(0) },
    { name: encodeUtf8("user.b"), value: encodeUtf8("value") },
  ];
  const items = [
    { kind: "content" as const, sizeBytes: 524_288, chunkId: id(1) },
    { kind: "hole" as const, sizeBytes: 2 ** 40 },
    { kind: "content" as const, sizeBytes: 1, chunkId: id(2) },
    { kind: "content" as const, sizeBytes: 524_288, chunkId: id(1) },
  ];
  const sizeBytes = items.reduce((sum, item) => sum + item.sizeBytes, 0);
  return [
    { ...base, name: encodeUtf8("a-block"), type: "block-device", major: 8, minor: 1 },
    { ...base, name: encodeUtf8("b-character"), type: "character-device", major: 1, minor: 300 },
    { ...base, name: encodeUtf8("c-empty"), type: "file", sizeBytes: 0, content: { form: "inline", items: [] } },
    { ...base, name: encodeUtf8("d-fifo"), type: "fifo", mode: 0o600 },
    {
      ...base,
      name: encodeUtf8("e-file"),
      type: "file",
      sizeBytes,
      content: { form: "inline", items },
      xattrs,
      linkId: id(3).slice(0, 16),
    },
    {
      ...base,
      name: encodeUtf8("f-folder"),
      type: "folder",
      mode: 0o7755,
      entriesBelow: 5,
      bytesBelow: 2 ** 45,
      pageId: id(4),
    },
    {
      ...base,
      name: encodeUtf8("g-paged"),
      type: "file",
      sizeBytes: 2 ** 42,
      content: { form: "paged", pageId: id(5) },
      mtimeSeconds: -1,
    },
    { ...base, name: encodeUtf8("h-socket"), type: "socket", uid: 0xffff_ffff, xattrs },
    { ...base, name: encodeUtf8("i-symlink"), type: "symlink", target: encodeUtf8("../somewhere") },
    { ...base, name: Uint8Array.of(0xff, 0xfe, 0x80), type: "fifo" },
  ];
}

export function sampleTreePages(): Record<string, TreePage> {
  return {
    "directory-leaf": { type: "directory-leaf", entries: sampleEntries() },
    "directory-leaf-empty": { type: "directory-leaf", entries: [] },
    "directory-index": {
      type: "directory-index",
      rows: [
        { firstName: encodeUtf8("a"), entries: 64, pageId: id(6) },
        { firstName: encodeUtf8("b"), entries: 100_000, pageId: id(7) },
      ],
    },
    "chunk-list-leaf": {
      type: "chunk-list-leaf",
      items: [
        { kind: "content", sizeBytes: 1000, chunkId: id(8) },
        { kind: "hole", sizeBytes: 4096 },
      ],
    },
    "chunk-list-index": {
      type: "chunk-list-index",
      rows: [
        { coveredBytes: 2 ** 40, pageId: id(9) },
        { coveredBytes: 5, pageId: id(10) },
      ],
    },
  };
}

export function sampleChangeRow(number: number, path: string, op: ChangeRow["op"] = "present"): ChangeRow {
  return {
    pathHash: new Uint8Array(16).fill(number),
    op,
    entryType: "file",
    path: encodeUtf8(path),
    sizeBytes: 1000 * number,
    mtimeSeconds: 1_795_000_000,
    mtimeNanoseconds: 5,
    contentFingerprint: new Uint8Array(16).fill(255 - number),
  };
}

export function sampleChangeListPages(): Record<string, ChangeListPage> {
  const leaves = [
    { firstPathHash: new Uint8Array(16).fill(1), pageId: id(11) },
    { firstPathHash: new Uint8Array(16).fill(9), pageId: id(12) },
  ];
  return {
    leaf: { type: "change-list-leaf", rows: [sampleChangeRow(1, "etc/hosts"), sampleChangeRow(2, "etc/old", "gone")] },
    "top-baseline": { type: "change-list-top", form: "baseline", parentId: null, leaves },
    "top-delta": { type: "change-list-top", form: "delta", parentId: id(13), leaves: [] },
    "top-merged": { type: "change-list-top", form: "merged", parentId: id(14), leaves },
  };
}

export const SAMPLE_MANIFEST_BODY: ManifestBody = {
  sourceName: "Documents",
  paths: [encodeUtf8("/home/someone"), Uint8Array.of(0x2f, 0xff)],
  excludes: ["*.tmp"],
  host: "desk",
  gaps: [{ path: encodeUtf8("home/someone/locked"), reason: "unreadable", detail: "EACCES" }],
};

export function sampleManifestHeader(fixture: FormatFixture) {
  return {
    companyId: fixture.companyId,
    scope: 0,
    machineId: "22222222-2222-7333-8444-555555555555",
    sourceId: "33333333-2222-7333-8444-555555555555",
    runId: fixture.runId,
    agentCertHash: fixture.agentCertHash,
    sequence: 2,
    previousHeaderHash: id(15),
    epoch: 1,
    startedAtMs: 1_795_000_000_000,
    endedAtMs: 1_795_000_060_000,
    topPageId: id(16),
    changeListId: id(17),
    entryCount: 12,
    fileCount: 10,
    contentBytes: 2 ** 41,
    gapCount: 1,
  };
}
