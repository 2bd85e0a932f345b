import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf, mutation } from "../codec/testing/mutations.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { nodePrimitives } from "../primitives/node.ts";
import {
  decodeManifest,
  decodeSignedHeader,
  headerHashOf,
  openManifest,
  sealManifest,
  snapshotIdOf,
  verifyManifest,
  verifySignedHeader,
} from "./manifest.ts";
import { decodeManifestHeader, encodeManifestHeader, MANIFEST_HEADER_SIZE_BYTES } from "./manifest-header.ts";
import { formatFixture } from "./testing/format-fixture.ts";
import { SAMPLE_MANIFEST_BODY, sampleManifestHeader } from "./testing/sample-pages.ts";

const fixture = formatFixture("manifests");
const header = sampleManifestHeader(fixture);
const writer = {
  primitives: nodePrimitives,
  randomness: fixture.randomness,
  agentSecretKey: fixture.agentKeys.secretKey,
  slot: fixture.slot,
  dataKey: fixture.dataKey,
};
const bytes = sealManifest(writer, header, SAMPLE_MANIFEST_BODY);

function read(manifestBytes: Uint8Array) {
  const manifest = decodeManifest(manifestBytes);
  verifyManifest(nodePrimitives, fixture.agentKeys.publicKey, manifest);
  return { header: manifest.header, body: openManifest(nodePrimitives, fixture.dataKey, manifest) };
}

describe("a manifest", () => {
  it("gives header, names and gaps back", () => {
    const found = read(bytes);
    expect(found.header).toMatchObject(header);
    expect(found.body).toEqual(SAMPLE_MANIFEST_BODY);
  });

  it("shows no name outside its sealed part", () => {
    const text = Buffer.from(bytes).toString("latin1");
    for (const name of ["Documents", "someone", "desk", "EACCES"]) expect(text).not.toContain(name);
  });

  it("names its snapshot after the signed header alone, which can be kept without the rest", () => {
    const { signedHeader } = decodeManifest(bytes);
    expect(snapshotIdOf(nodePrimitives, bytes)).toBe(snapshotIdOf(nodePrimitives, signedHeader));
    expect(snapshotIdOf(nodePrimitives, bytes)).toMatch(/^[0-9a-f]{32}$/);
    expect(headerHashOf(nodePrimitives, signedHeader)).toEqual(nodePrimitives.sha256(signedHeader));
    verifySignedHeader(nodePrimitives, fixture.agentKeys.publicKey, signedHeader);
    expect(decodeSignedHeader(signedHeader).header).toMatchObject(header);
  });

  it("is refused by name after any damage", () => {
    fc.assert(
      fc.property(mutation, (mutate) => {
        const mutated = mutate(bytes);
        if (nodePrimitives.isEqual(mutated, bytes)) return;
        expect(codeOf(() => read(mutated))).not.toBe("accepted");
      }),
      { numRuns: 2_000 },
    );
  });

  it("of another agent is refused", () => {
    const other = nodePrimitives.signKeyPair(new Uint8Array(32).fill(1));
    const manifest = decodeManifest(bytes);
    expect(codeOf(() => verifyManifest(nodePrimitives, other.publicKey, manifest))).toBe("bad_signature");
    const forged = sealManifest({ ...writer, agentSecretKey: other.secretKey }, header, SAMPLE_MANIFEST_BODY);
    expect(codeOf(() => read(forged))).toBe("bad_signature");
  });

  it("with the slot of another run is refused", () => {
    const foreign = { ...fixture.slot, runId: "99999999-2222-7333-8444-555555555555" };
    const forged = sealManifest({ ...writer, slot: foreign }, header, SAMPLE_MANIFEST_BODY);
    expect(codeOf(() => decodeManifest(forged))).toBe("bad_slot");
  });

  it("starts its chain with sequence 1 and zeros, and only there", () => {
    const zeros = new Uint8Array(32);
    const seal = (sequence: number, previousHeaderHash: Uint8Array) =>
      codeOf(() => read(sealManifest(writer, { ...header, sequence, previousHeaderHash }, SAMPLE_MANIFEST_BODY)));
    expect(seal(1, zeros)).toBe("accepted");
    expect(seal(2, zeros)).toBe("bad_sequence");
    expect(seal(1, header.previousHeaderHash)).toBe("bad_sequence");
    expect(seal(0, zeros)).toBe("bad_sequence");
  });

  it("lists as many gaps as it has room for", () => {
    const gaps = Array.from({ length: 100_005 }, (_, at) => ({
      path: encodeUtf8(`home/${at}`),
      reason: "unreadable",
      detail: "",
    }));
    expect(read(sealManifest(writer, header, { ...SAMPLE_MANIFEST_BODY, gaps })).body.gaps).toHaveLength(100_000);
    const long = Array.from({ length: 1_000 }, () => ({
      path: new Uint8Array(60_000),
      reason: "unreadable",
      detail: "",
    }));
    const listed = read(sealManifest(writer, header, { ...SAMPLE_MANIFEST_BODY, gaps: long })).body.gaps;
    expect(listed.length).toBeGreaterThan(100);
    expect(listed.length).toBeLessThan(300);
  }, 30_000);
});

describe("a manifest header", () => {
  it("has 300 bytes and one form", () => {
    const full = { ...header, sealedSizeBytes: 5, sealedSha256: new Uint8Array(32).fill(8) };
    const encoded = encodeManifestHeader(full);
    expect(encoded).toHaveLength(MANIFEST_HEADER_SIZE_BYTES);
    expect(decodeManifestHeader(encoded)).toEqual(full);
    expect(codeOf(() => decodeManifestHeader(encoded.subarray(1)))).toBe("bad_magic");
    expect(codeOf(() => decodeManifestHeader(encoded.subarray(0, 299)))).toBe("truncated");
    expect(codeOf(() => encodeManifestHeader({ ...full, topPageId: new Uint8Array(31) }))).toBe("bad_size");
  });
});
