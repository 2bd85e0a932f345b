import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64, fromHex, toHex } from "../codec/hex.ts";
import type { Primitives } from "../ports/primitives.ts";
import { createBrowserPrimitives } from "../primitives/browser.ts";
import { nodePrimitives } from "../primitives/node.ts";
import { decodeChangeListPage } from "./change-list.ts";
import { openFrame } from "./frame.ts";
import { decodeManifest, openManifest, snapshotIdOf, verifyManifest } from "./manifest.ts";
import { parsePackDirectory } from "./pack-index.ts";
import { verifySlot } from "./slot.ts";
import { SAMPLE_MANIFEST_BODY, sampleChangeListPages, sampleTreePages } from "./testing/sample-pages.ts";
import { vectorCases, vectorContents } from "./testing/vector-cases.ts";
import { readVectors } from "./testing/vector-files.ts";
import { decodeTreePage } from "./tree-page.ts";
import { verifyMembers } from "./verify-members.ts";

let browser: Primitives;
beforeAll(async () => {
  browser = await createBrowserPrimitives();
});

/** Members of a pack, each proven by its id. */
function membersOf(
  primitives: Primitives,
  vector: { pack: string; keys: Readonly<Record<string, string>> },
): Uint8Array[] {
  const pack = fromBase64(vector.pack);
  const index = parsePackDirectory(pack);
  const dataKey = fromHex(vector.keys.dataKey ?? "");
  const place = { primitives, companyId: vector.keys.companyId ?? "", scope: 0, dataKey };
  return index.frames.flatMap((frame) => {
    const members = openFrame(place, frame, pack.subarray(frame.offset, frame.offset + frame.storedSizeBytes));
    verifyMembers(primitives, fromHex(vector.keys.chunkIdKey ?? ""), frame, members);
    return members;
  });
}

describe("the golden vectors of version 1", () => {
  it("are what the encoders make of the same input under seeded randomness", () => {
    for (const [name, content] of Object.entries(vectorCases())) expect(readVectors(name), name).toEqual(content);
  });

  it("of tree pages and change lists decode to the samples", () => {
    const trees = readVectors("tree-pages");
    for (const [name, page] of Object.entries(sampleTreePages())) {
      expect(decodeTreePage(fromBase64(trees[name] ?? ""))).toEqual(page);
    }
    const lists = readVectors("change-lists");
    for (const [name, page] of Object.entries(sampleChangeListPages())) {
      expect(decodeChangeListPage(fromBase64(lists[name] ?? ""))).toEqual(page);
    }
  });

  it("of packs open in Node and in the browser", () => {
    const keys = readVectors("packs");
    for (const primitives of [nodePrimitives, browser]) {
      const contents = membersOf(primitives, { pack: keys.contentPack ?? "", keys });
      expect(contents.map(toHex).sort()).toEqual(vectorContents().map(toHex).sort());
      const [page] = membersOf(primitives, { pack: keys.metaPack ?? "", keys });
      expect(page).toEqual(fromBase64(keys.metaPage ?? ""));
      const index = parsePackDirectory(fromBase64(keys.contentPack ?? ""));
      for (const slot of index.slots) verifySlot(primitives, fromHex(keys.agentPublicKey ?? ""), index, slot);
    }
  });

  it("of a compressed pack opens in Node and in the browser", () => {
    const keys = readVectors("compressed-pack");
    const plain = new Uint8Array(300_000).map((_, at) => (at >> 5) % 251);
    for (const primitives of [nodePrimitives, browser]) {
      const [member] = membersOf(primitives, { pack: keys.pack ?? "", keys });
      expect(toHex(primitives.sha256(member ?? new Uint8Array(0)))).toBe(toHex(primitives.sha256(plain)));
    }
  });

  it("of a manifest verifies and opens in Node and in the browser", () => {
    const vector = readVectors("manifest");
    const bytes = fromBase64(vector.manifest ?? "");
    for (const primitives of [nodePrimitives, browser]) {
      const manifest = decodeManifest(bytes);
      verifyManifest(primitives, fromHex(vector.agentPublicKey ?? ""), manifest);
      expect(openManifest(primitives, fromHex(vector.dataKey ?? ""), manifest)).toEqual(SAMPLE_MANIFEST_BODY);
      expect(snapshotIdOf(primitives, bytes)).toBe(vector.snapshotId);
    }
  });
});
