import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../codec/byte-writer.ts";
import { concatBytes, toHex } from "../codec/hex.ts";
import { codeOf, mutation, outcomeOf } from "../codec/testing/mutations.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { nodePrimitives, nodeRandomness } from "../primitives/node.ts";
import { encodeChangeListPage } from "./change-list.ts";
import { openFrame } from "./frame.ts";
import type { PackMember } from "./pack-builder.ts";
import { type PackIndex, packIndexBytes, parsePackDirectory, parsePackIndex } from "./pack-index.ts";
import { formatFixture } from "./testing/format-fixture.ts";
import { sampleChangeListPages, sampleTreePages } from "./testing/sample-pages.ts";
import { encodeTreePage } from "./tree-page.ts";
import { verifyMembers } from "./verify-members.ts";

const fixture = formatFixture("packs");
const KIB = 1024;

function smallMembers(count: number): PackMember[] {
  return Array.from({ length: count }, (_, at) =>
    fixture.member(1, encodeUtf8(`small member ${at} `.repeat(1 + (at % 9)))),
  );
}

/** All members of a pack by id, each proven, as a reader gets them. */
function membersOf(index: PackIndex, pack: Uint8Array): Map<string, string> {
  const members = new Map<string, string>();
  for (const frame of index.frames) {
    const stored = pack.subarray(frame.offset, frame.offset + frame.storedSizeBytes);
    const opened = openFrame(fixture.place, frame, stored);
    verifyMembers(nodePrimitives, fixture.chunkIdKey, frame, opened);
    for (const [at, member] of opened.entries())
      members.set(toHex(frame.memberIds[at] ?? new Uint8Array(0)), toHex(member));
  }
  return members;
}

function expected(members: readonly PackMember[]): Map<string, string> {
  return new Map(members.map((member) => [toHex(member.id), toHex(member.plain)]));
}

describe("a pack", () => {
  it("gives back all that went in, and its index says the same with and without its frames", () => {
    const large = fixture.member(1, nodeRandomness.bytes(200 * KIB));
    const members = [...smallMembers(300), large, ...smallMembers(310).slice(300)];
    const { bytes, index, packId } = fixture.pack("content", members);
    expect(packId).toBe(toHex(nodePrimitives.sha256(bytes)));
    expect(parsePackDirectory(bytes)).toEqual(index);
    expect(parsePackIndex(packIndexBytes(bytes))).toEqual(index);
    expect(membersOf(index, bytes)).toEqual(expected(members));
  });

  it("lets small members share frames and gives large ones their own", () => {
    const large = fixture.member(1, nodeRandomness.bytes(64 * KIB));
    const { index } = fixture.pack("content", [...smallMembers(1_000), large]);
    expect(index.frames.map((frame) => frame.memberIds.length)).toEqual([1, 1_000]);
  });

  it("of pages carries their child lists and keeps the kinds apart", () => {
    const pages = [
      ...Object.values(sampleTreePages()).map((page) => fixture.member(2, encodeTreePage(page))),
      ...Object.values(sampleChangeListPages()).map((page) => fixture.member(3, encodeChangeListPage(page))),
    ];
    const { bytes, index } = fixture.pack("meta", pages);
    expect(index.frames.map((frame) => frame.kind)).toEqual([2, 3]);
    expect(parsePackDirectory(bytes)).toEqual(index);
    expect(membersOf(index, bytes)).toEqual(expected(pages));
    expect(codeOf(() => fixture.pack("content", pages))).toBe("bad_kind");
    expect(codeOf(() => fixture.pack("meta", smallMembers(1)))).toBe("bad_kind");
  });

  it("says when it is full before anything is lost, whatever the buffer", () => {
    for (const bufferSizeBytes of [900 * KIB, 1_300 * KIB]) {
      const builder = fixture.packBuilder("content", new Uint8Array(bufferSizeBytes));
      const taken: PackMember[] = [];
      for (let at = 0; ; at++) {
        const member = fixture.member(1, nodeRandomness.bytes(at % 3 === 0 ? 90 * KIB : 33));
        if (!builder.hasRoomFor(member.plain.length)) {
          expect(codeOf(() => builder.add(member))).toBe("pack_full");
          break;
        }
        builder.add(member);
        taken.push(member);
      }
      const pack = builder.finish();
      if (pack === null) throw new Error("the pack holds members");
      expect(membersOf(parsePackDirectory(pack.bytes), pack.bytes)).toEqual(expected(taken));
    }
  }, 30_000);

  it("without members is none, and a finished one takes no more", () => {
    const builder = fixture.packBuilder("content");
    expect(builder.finish()).toBeNull();
    expect(codeOf(() => builder.finish())).toBe("pack_finished");
    expect(codeOf(() => builder.add(fixture.member(1, encodeUtf8("late"))))).toBe("pack_finished");
  });
});

describe("a damaged or forged pack", () => {
  const members = [...smallMembers(20), fixture.member(1, nodeRandomness.bytes(70 * KIB))];
  const { bytes } = fixture.pack("content", members);
  const genuine = expected(members);

  it("is refused by name, or every member that opens is the genuine one", () => {
    fc.assert(
      fc.property(mutation, (mutate) => {
        const mutated = mutate(bytes);
        const outcome = outcomeOf(() => membersOf(parsePackDirectory(mutated), mutated));
        if ("value" in outcome) for (const [id, plain] of outcome.value) expect(plain).toBe(genuine.get(id));
      }),
      { numRuns: 1_000 },
    );
  }, 30_000);

  it("never passes with a changed index, unless its frames still open to what they were", () => {
    const index = packIndexBytes(bytes);
    fc.assert(
      fc.property(mutation, (mutate) => {
        const mutated = mutate(index);
        const outcome = outcomeOf(() => membersOf(parsePackIndex(mutated), bytes));
        if ("value" in outcome) for (const [id, plain] of outcome.value) expect(plain).toBe(genuine.get(id));
      }),
      { numRuns: 1_000 },
    );
  }, 30_000);

  it("is named: wrong magic, version, kind, key table, footer", () => {
    const with8 = (at: number, value: number) => {
      const copy = bytes.slice();
      copy[at < 0 ? bytes.length + at : at] = value;
      return codeOf(() => parsePackDirectory(copy));
    };
    expect(with8(0, 0)).toBe("bad_magic");
    expect(with8(4, 2)).toBe("unknown_version");
    expect(with8(6, 3)).toBe("bad_pack_kind");
    expect(with8(6, 2)).toBe("bad_kind");
    expect(with8(28, 0)).toBe("bad_key_table");
    expect(with8(-1, 0)).toBe("bad_magic");
    expect(with8(-8, 1)).toBe("bad_footer");
    expect(with8(-16, 1)).toBe("bad_footer");
    expect(codeOf(() => parsePackDirectory(bytes.subarray(0, 40)))).toBe("truncated");
  });

  it("whose directory claims a huge number of frames or members costs no memory", () => {
    const headAndKeys = bytes.subarray(0, 32 + 2 + 236);
    const claim = (directory: Uint8Array) => {
      const footer = new ByteWriter(16).u32(headAndKeys.length).u32(directory.length).u32(0).raw(encodeUtf8("HFPE"));
      return codeOf(() => parsePackDirectory(concatBytes(headAndKeys, directory, footer.finish())));
    };
    expect(claim(new ByteWriter().u32(0xffff_ffff).finish())).toBe("truncated");
    expect(claim(new ByteWriter().u32(0).finish())).toBe("bad_count");
    const frame = new ByteWriter().u32(1).u16(0).raw(new Uint8Array(24)).u32(270).u32(100).raw(new Uint8Array(16));
    expect(claim(frame.u8(1).u16(8_192).raw(new Uint8Array(64)).finish())).toBe("bad_count");
  });
});
