import { describe, expect, it } from "vitest";
import { toHex } from "../codec/hex.ts";
import { codeOf } from "../codec/testing/mutations.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { nodePrimitives, nodeRandomness } from "../primitives/node.ts";
import { assemblePack, type MovedFrame } from "./assemble-pack.ts";
import { openFrame } from "./frame.ts";
import type { FinishedPack } from "./pack-builder.ts";
import { parsePackDirectory } from "./pack-index.ts";
import { formatFixture } from "./testing/format-fixture.ts";
import { sampleTreePages } from "./testing/sample-pages.ts";
import { encodeTreePage } from "./tree-page.ts";

const first = formatFixture("first run");
const second = formatFixture("second run");
const KIB = 1024;

const largeOf = (fixture: typeof first) => fixture.member(1, nodeRandomness.bytes(100 * KIB));
const framesOf = ({ bytes, index }: FinishedPack): MovedFrame[] =>
  index.frames.map((entry) => ({
    entry,
    slot: index.slots[entry.slot] ?? first.slot,
    stored: bytes.slice(entry.offset, entry.offset + entry.storedSizeBytes),
  }));
const options = {
  primitives: nodePrimitives,
  companyId: first.place.companyId,
  scope: first.place.scope,
  packKind: "content",
  tier: "backup",
} as const;

describe("a pack assembled from others", () => {
  it("holds the chosen frames of several runs, each opened by its own key, under the name of its bytes", () => {
    const [kept, dropped, other] = [largeOf(first), largeOf(first), largeOf(second)];
    const small = first.member(1, encodeUtf8("small"));
    const frames = [
      ...framesOf(first.pack("content", [kept, dropped])).slice(0, 1),
      ...framesOf(second.pack("content", [other])),
      ...framesOf(first.pack("content", [small])),
    ];
    const { packId, bytes, index } = assemblePack(options, frames);
    expect(packId).toBe(toHex(nodePrimitives.sha256(bytes)));
    expect(parsePackDirectory(bytes)).toEqual(index);
    expect(index.slots).toHaveLength(2);
    expect(index.frames.map((frame) => frame.slot)).toEqual([0, 1, 0]);
    const places = [first.place, second.place, first.place];
    const members = index.frames.map((frame, at) => {
      const stored = bytes.subarray(frame.offset, frame.offset + frame.storedSizeBytes);
      return openFrame(places[at] ?? first.place, frame, stored).map(toHex);
    });
    expect(members).toEqual([[toHex(kept.plain)], [toHex(other.plain)], [toHex(small.plain)]]);
    expect(assemblePack(options, frames).packId).toBe(packId);
  });

  it("of pages keeps their child lists", () => {
    const pages = Object.values(sampleTreePages()).map((page) => first.member(2, encodeTreePage(page)));
    const source = first.pack("meta", pages);
    const { index } = assemblePack({ ...options, packKind: "meta" }, framesOf(source));
    expect(index.frames.flatMap((frame) => frame.childLists)).toEqual(
      source.index.frames.flatMap((frame) => frame.childLists),
    );
  });

  it("refuses a frame whose bytes are not those of its directory", () => {
    const [frame] = framesOf(first.pack("content", [largeOf(first)]));
    if (!frame) throw new Error("one frame");
    const stored = frame.stored.map((byte, at) => (at === 7 ? byte ^ 1 : byte));
    expect(codeOf(() => assemblePack(options, [{ ...frame, stored }]))).toBe("bad_frame_hash");
  });

  it("refuses more than a pack may hold", () => {
    const [frame] = framesOf(first.pack("content", [first.member(1, nodeRandomness.bytes(4 * 1024 * KIB))]));
    if (!frame) throw new Error("one frame");
    expect(
      codeOf(() =>
        assemblePack(
          options,
          Array.from({ length: 9 }, () => frame),
        ),
      ),
    ).toBe("pack_full");
  });
});
