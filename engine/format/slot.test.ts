import { describe, expect, it } from "vitest";
import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { codeOf } from "../codec/testing/mutations.ts";
import { nodePrimitives } from "../primitives/node.ts";
import { decodeSlot, encodeSlot, SLOT_SIZE_BYTES, type Slot, verifySlot } from "./slot.ts";
import { formatFixture } from "./testing/format-fixture.ts";

const { slot, agentKeys, companyId } = formatFixture("slots");

function encoded(each: Slot): Uint8Array {
  const writer = new ByteWriter();
  encodeSlot(writer, each);
  return writer.finish();
}

describe("a key slot", () => {
  it("has 236 bytes and comes back as it was written", () => {
    expect(encoded(slot)).toHaveLength(SLOT_SIZE_BYTES);
    expect(decodeSlot(new ByteReader(encoded(slot)))).toEqual(slot);
  });

  it("is bound to company, scope, run, certificate, epoch and key by the agent's signature", () => {
    const verify = (place: object, changes: Partial<Slot>, key = agentKeys.publicKey) =>
      codeOf(() => verifySlot(nodePrimitives, key, { companyId, scope: 0, ...place }, { ...slot, ...changes }));
    expect(verify({}, {})).toBe("accepted");
    expect(verify({ scope: 1 }, {})).toBe("bad_slot");
    expect(verify({ companyId: slot.runId }, {})).toBe("bad_slot");
    expect(verify({}, { runId: companyId })).toBe("bad_slot");
    expect(verify({}, { epoch: 2 })).toBe("bad_slot");
    expect(verify({}, { agentCertHash: new Uint8Array(32) })).toBe("bad_slot");
    expect(verify({}, { sealedDataKey: new Uint8Array(89) })).toBe("bad_slot");
    expect(verify({}, {}, new Uint8Array(32).fill(1))).toBe("bad_slot");
  });

  it("refuses fields of another size and padding that is not zero", () => {
    expect(codeOf(() => encoded({ ...slot, sealedDataKey: new Uint8Array(88) }))).toBe("bad_size");
    expect(codeOf(() => encoded({ ...slot, signature: new Uint8Array(63) }))).toBe("bad_size");
    const padded = encoded(slot);
    padded[16 + 32 + 4 + 100] = 1;
    expect(codeOf(() => decodeSlot(new ByteReader(padded)))).toBe("bad_padding");
  });
});
