import { toBase64, toHex } from "../../codec/hex.ts";
import { encodeUtf8 } from "../../codec/text.ts";
import { chunkId, contentFingerprint, gearTable, pathHash } from "../../ids/chunk-id.ts";
import { nodePrimitives } from "../../primitives/node.ts";
import { encodeChangeListPage } from "../change-list.ts";
import { sealManifest, snapshotIdOf } from "../manifest.ts";
import { encodeTreePage } from "../tree-page.ts";
import { formatFixture, seededRandomness } from "./format-fixture.ts";
import { SAMPLE_MANIFEST_BODY, sampleChangeListPages, sampleManifestHeader, sampleTreePages } from "./sample-pages.ts";

/** Text values by name; binary ones in base64, ids and hashes in hexadecimal. */
export type VectorFile = Readonly<Record<string, string>>;

export const VECTOR_SEED = "holdfast vectors 1";

/**
 * What today's encoders make of the samples under seeded randomness, one record for each file in engine/format/vectors/.
 * Nothing in it is long enough to be compressed: another version of zstd may compress differently, and may.
 */
export function vectorCases(): Readonly<Record<string, VectorFile>> {
  return { ids: ids(), "tree-pages": treePages(), "change-lists": changeLists(), packs: packs(), manifest: manifest() };
}

function ids(): VectorFile {
  const key = seededRandomness(VECTOR_SEED).bytes(32);
  const plain = encodeUtf8("the quick brown fox");
  const table = gearTable(nodePrimitives, key);
  const tableBytes = new Uint8Array(table.buffer);
  return {
    chunkIdKey: toHex(key),
    plain: toBase64(plain),
    contentId: toHex(chunkId(nodePrimitives, key, 1, plain)),
    treePageId: toHex(chunkId(nodePrimitives, key, 2, plain)),
    changeListId: toHex(chunkId(nodePrimitives, key, 3, plain)),
    pathHash: toHex(pathHash(nodePrimitives, key, plain)),
    contentFingerprint: toHex(contentFingerprint(nodePrimitives, key, plain)),
    gearFirst: (table[0] ?? 0n).toString(16),
    gearLast: (table[255] ?? 0n).toString(16),
    gearTableSha256: toHex(nodePrimitives.sha256(tableBytes)),
  };
}

function treePages(): VectorFile {
  return mapValues(sampleTreePages(), (page) => toBase64(encodeTreePage(page)));
}

function changeLists(): VectorFile {
  return mapValues(sampleChangeListPages(), (page) => toBase64(encodeChangeListPage(page)));
}

/** Plaintexts of the content pack in its vector. */
export function vectorContents(): Uint8Array[] {
  const large = seededRandomness("large member").bytes(65_536);
  return [encodeUtf8("one"), encodeUtf8("two, a little longer"), large];
}

function packs(): VectorFile {
  const fixture = formatFixture(VECTOR_SEED);
  const content = fixture.pack(
    "content",
    vectorContents().map((plain) => fixture.member(1, plain)),
  );
  const page = encodeTreePage({
    type: "chunk-list-index",
    rows: [{ coveredBytes: 5, pageId: new Uint8Array(32).fill(1) }],
  });
  const meta = fixture.pack("meta", [fixture.member(2, page)]);
  return {
    companyId: fixture.companyId,
    dataKey: toHex(fixture.dataKey),
    chunkIdKey: toHex(fixture.chunkIdKey),
    agentPublicKey: toHex(fixture.agentKeys.publicKey),
    contentPackId: content.packId,
    contentPack: toBase64(content.bytes),
    metaPackId: meta.packId,
    metaPack: toBase64(meta.bytes),
    metaPage: toBase64(page),
  };
}

function manifest(): VectorFile {
  const fixture = formatFixture(VECTOR_SEED);
  const bytes = sealManifest(
    {
      primitives: nodePrimitives,
      randomness: fixture.randomness,
      agentSecretKey: fixture.agentKeys.secretKey,
      slot: fixture.slot,
      dataKey: fixture.dataKey,
    },
    sampleManifestHeader(fixture),
    SAMPLE_MANIFEST_BODY,
  );
  return {
    dataKey: toHex(fixture.dataKey),
    agentPublicKey: toHex(fixture.agentKeys.publicKey),
    snapshotId: snapshotIdOf(nodePrimitives, bytes),
    manifest: toBase64(bytes),
  };
}

function mapValues<Value>(record: Readonly<Record<string, Value>>, map: (value: Value) => string): VectorFile {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
