import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf, mutation } from "../codec/testing/mutations.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { Primitives } from "../ports/primitives.ts";
import { nodePrimitives } from "../primitives/node.ts";
import { type FrameContent, FrameScratch, openFrame, type SealContext, sealFrame } from "./frame.ts";
import { formatFixture } from "./testing/format-fixture.ts";
import { sampleTreePages } from "./testing/sample-pages.ts";
import { encodeTreePage } from "./tree-page.ts";
import { verifyMembers } from "./verify-members.ts";

const fixture = formatFixture("frames");
const { place, sealContext, chunkIdKey } = fixture;

function contentOf(...plains: Uint8Array[]): FrameContent {
  const members = plains.map((plain) => fixture.member(1, plain));
  return { kind: 1, members: plains, memberIds: members.map((member) => member.id), childLists: plains.map(() => []) };
}

function seal(content: FrameContent, context: SealContext = sealContext) {
  const into = new Uint8Array(5 * 1024 * 1024);
  const { nonce, storedSizeBytes } = sealFrame(context, content, into);
  const stored = into.slice(0, storedSizeBytes);
  const hash16 = nodePrimitives.sha256(stored).slice(0, 16);
  const { kind, memberIds, childLists } = content;
  return { stored, frame: { nonce, storedSizeBytes, hash16, kind, memberIds, childLists } };
}

/** As a server or another agent could do it: the hash in the clear directory is made to fit. */
function rehashed(frame: ReturnType<typeof seal>["frame"], stored: Uint8Array) {
  return { ...frame, storedSizeBytes: stored.length, hash16: nodePrimitives.sha256(stored).slice(0, 16) };
}

describe("a frame", () => {
  it("gives its members back, one or many, compressible or not", () => {
    const plains = fc.array(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 3_000 }),
        fc.integer({ min: 1, max: 90_000 }).map((size) => new Uint8Array(size).fill(65)),
        fc.integer({ min: 1, max: 90_000 }).map((size) => fixture.randomness.bytes(size)),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(plains, (members) => {
        const { stored, frame } = seal(contentOf(...members));
        const opened = openFrame(place, frame, stored);
        expect(opened.every((member, at) => nodePrimitives.isEqual(member, members[at] ?? member))).toBe(true);
        expect(opened).toHaveLength(members.length);
        verifyMembers(nodePrimitives, chunkIdKey, frame, opened);
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it("is smaller than compressible content and hardly larger than incompressible", () => {
    expect(seal(contentOf(new Uint8Array(500_000).fill(1))).stored.length).toBeLessThan(1_000);
    expect(seal(contentOf(fixture.randomness.bytes(500_000))).stored.length).toBeLessThan(500_030);
  });

  it("never gives another member after damage, even when the clear hash was made to fit", () => {
    const { stored, frame } = seal(contentOf(encodeUtf8("one member"), encodeUtf8("and another one")));
    fc.assert(
      fc.property(mutation, (mutate) => {
        const mutated = mutate(stored);
        if (nodePrimitives.isEqual(mutated, stored)) return;
        expect(codeOf(() => openFrame(place, frame, mutated))).toBe("bad_frame_hash");
        expect(codeOf(() => openFrame(place, rehashed(frame, mutated), mutated))).toBe("not_genuine");
      }),
      { numRuns: 1_000 },
    );
  });

  it("opens only in its company, scope and run, under its kind, ids and child lists", () => {
    const { stored, frame } = seal(contentOf(encodeUtf8("a"), encodeUtf8("b")));
    const [first, second] = frame.memberIds;
    if (first === undefined || second === undefined) throw new Error("two members are expected");
    const open = (otherPlace: object, otherFrame: object) =>
      codeOf(() => openFrame({ ...place, ...otherPlace }, { ...frame, ...otherFrame }, stored));
    expect(open({}, {})).toBe("accepted");
    expect(open({ companyId: "ffffffff-4e5f-6071-8293-a4b5c6d7e8f9" }, {})).toBe("not_genuine");
    expect(open({ scope: 1 }, {})).toBe("not_genuine");
    expect(open({ dataKey: new Uint8Array(32) }, {})).toBe("not_genuine");
    expect(open({}, { kind: 2 })).toBe("not_genuine");
    expect(open({}, { memberIds: [second, first] })).toBe("not_genuine");
    expect(open({}, { memberIds: [first] })).toBe("not_genuine");
    expect(open({}, { childLists: [[first], []] })).toBe("not_genuine");
    expect(open({}, { nonce: new Uint8Array(24) })).toBe("not_genuine");
  });

  it("betrays a writer whose ids or child lists do not fit the members", () => {
    const page = encodeTreePage(sampleTreePages()["directory-index"] ?? { type: "directory-leaf", entries: [] });
    const { id, childIds } = fixture.member(2, page);
    const verify = (memberId: Uint8Array, childList: readonly Uint8Array[]) =>
      codeOf(() =>
        verifyMembers(nodePrimitives, chunkIdKey, { kind: 2, memberIds: [memberId], childLists: [childList] }, [page]),
      );
    expect(verify(id, childIds)).toBe("accepted");
    expect(verify(new Uint8Array(32), childIds)).toBe("bad_chunk_id");
    expect(verify(id, childIds.slice(1))).toBe("bad_child_list");
    expect(verify(id, childIds.toReversed())).toBe("bad_child_list");
    expect(verify(id, [])).toBe("bad_child_list");
  });

  it("refuses more than it may hold", () => {
    const half = new Uint8Array(2 * 1024 * 1024 + 1);
    expect(codeOf(() => seal(contentOf(half, half)))).toBe("too_long");
    expect(codeOf(() => seal(contentOf()))).toBe("bad_count");
    expect(codeOf(() => seal({ ...contentOf(half), memberIds: [] }))).toBe("bad_count");
  });
});

describe("the check before a frame leaves", () => {
  const content = contentOf(encodeUtf8("what the memory damages"));
  const failing = (changes: Partial<Primitives>): SealContext => {
    const scratch = new FrameScratch();
    return { ...sealContext, scratch, verify: "opened", primitives: { ...nodePrimitives, ...changes } };
  };

  it("notices a ciphertext that does not open", () => {
    const context = failing({
      aeadSeal(...given) {
        const sealed = nodePrimitives.aeadSeal(...given);
        sealed[3] = (sealed[3] ?? 0) ^ 1;
        return sealed;
      },
    });
    expect(codeOf(() => seal(content, context))).toBe("self_check_failed");
  });

  it("notices a compressor that errs, on the frames that it expands", () => {
    const compressible = contentOf(new Uint8Array(5_000).fill(9));
    const wrong = nodePrimitives.zstdCompress(new Uint8Array(5_000).fill(8), 1);
    expect(codeOf(() => seal(compressible, failing({ zstdCompress: () => wrong })))).toBe("self_check_failed");
  });

  it("expands one frame in 16, and every one when it is paranoid", () => {
    const wrong = { ...content, memberIds: [new Uint8Array(32)] };
    const opened = failing({});
    const outcomes = Array.from({ length: 32 }, () => codeOf(() => seal(wrong, opened)));
    expect(outcomes.filter((code) => code === "self_check_failed")).toHaveLength(2);
    const paranoid: SealContext = { ...opened, verify: "paranoid" };
    expect(Array.from({ length: 5 }, () => codeOf(() => seal(wrong, paranoid)))).toEqual(
      new Array(5).fill("self_check_failed"),
    );
  });
});
