import { describe, expect, it } from "vitest";
import { encodeReceiptFile, parseReceiptFile, signReceipt, verifyReceipt } from "./restore-receipt.ts";
import { createTestCompany, OWNER_ID, cheapPrimitives as primitives } from "./testing/company-fixture.ts";

const json = JSON.stringify({ documents: 3, verified: 3, name: "Zoë" });

async function company() {
  const { owner } = await createTestCompany();
  const { memberKeys, root, log } = owner;
  if (!memberKeys || !root) throw new Error("an owner has both");
  return { sign: memberKeys.sign, root: root.keys, log };
}

describe("a receipt of a restore", () => {
  it("names the member of the company log who signed it, after a way through a file", async () => {
    const { sign, log } = await company();
    const read = parseReceiptFile(encodeReceiptFile(signReceipt(primitives, sign, json)));
    expect(read.json).toBe(json);
    expect(verifyReceipt(primitives, read, log)).toEqual({ kind: "genuine", signer: "member", memberId: OWNER_ID });
  });

  it("that the root key signed was made after the recovery key had unlocked", async () => {
    const { root, log } = await company();
    const check = verifyReceipt(primitives, signReceipt(primitives, root, json), log);
    expect(check).toEqual({ kind: "genuine", signer: "recovery" });
  });

  it("does not count when a character was changed", async () => {
    const { sign, log } = await company();
    const signed = signReceipt(primitives, sign, json);
    const changed = { ...signed, json: json.replace("3", "4") };
    expect(verifyReceipt(primitives, changed, log)).toEqual({ kind: "changed" });
  });

  it("does not count when somebody signed whom the log does not name", async () => {
    const { log } = await company();
    const stranger = primitives.signKeyPair(new Uint8Array(32).fill(7));
    const check = verifyReceipt(primitives, signReceipt(primitives, stranger, json), log);
    expect(check).toEqual({ kind: "unknown_signer" });
  });

  it("is refused as a file that is anything else", () => {
    expect(() => parseReceiptFile("no")).toThrow("not JSON");
    expect(() => parseReceiptFile('{"kind":"something"}')).toThrow();
  });
});
