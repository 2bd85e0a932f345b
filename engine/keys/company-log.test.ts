import { describe, expect, test } from "vitest";
import { toHex } from "../codec/hex.ts";
import { appendStatement, extendCompanyLog, verifyCompanyLog } from "./company-log.ts";
import { getCurrentEpoch, type LogHead } from "./company-log-state.ts";
import type { LogStatement } from "./log-statement.ts";
import { requireRoot } from "./owner-keys.ts";
import { signJson } from "./signed-json.ts";
import {
  COMPANY_ID,
  cheapPrimitives,
  codeOf,
  createTestAgent,
  createTestCompany,
  flipByte,
  NOON,
  OWNER_ID,
} from "./testing/company-fixture.ts";

const { created, owner, log } = await createTestAgent();
const { rootFingerprint } = owner.log;
const rootKey = requireRoot(owner).keys;

function verify(objects: readonly Uint8Array[], pin?: LogHead) {
  return verifyCompanyLog(cheapPrimitives, { companyId: COMPANY_ID, objects, rootFingerprint, ...(pin && { pin }) });
}

/** A genuine statement at any place. */
function sign(head: LogHead | null, statement: LogStatement): Uint8Array {
  return appendStatement(cheapPrimitives, { rootKey, companyId: COMPANY_ID, head, at: NOON, statement }).object;
}

function at(index: number): Uint8Array {
  return log[index] ?? new Uint8Array();
}

describe("a company log", () => {
  test("tells epochs, members and enrolments once it is verified", () => {
    const state = verify(log);
    expect(state.head.number).toBe(3);
    expect(state.head.hash).toBe(toHex(cheapPrimitives.sha256(at(3))));
    expect(getCurrentEpoch(state, 0).epoch).toBe(1);
    expect(state.members.get(OWNER_ID)?.role).toBe("owner");
    expect(state.enrolments.size).toBe(1);
    expect(state).toEqual(owner.log);
  });

  test("is the same when it is verified in two parts", () => {
    expect(extendCompanyLog(cheapPrimitives, verify(log.slice(0, 2)), log.slice(2))).toEqual(verify(log));
  });

  test("of another root is refused", async () => {
    const foreign = await createTestCompany("another company");
    expect(codeOf(() => verify(foreign.log))).toBe("log_wrong_root");
    expect(codeOf(() => verify([at(0), ...foreign.log.slice(1)]))).toBe("log_forged");
  });

  test("of another company is refused", () => {
    const companyId = "0190b5a0-0000-7000-8000-00000000ffff";
    const input = { companyId, objects: log, rootFingerprint };
    expect(codeOf(() => verifyCompanyLog(cheapPrimitives, input))).toBe("log_other_company");
  });

  test("with a gap, a repeat or a changed order is refused by name", () => {
    expect(codeOf(() => verify([at(0), at(2)]))).toBe("log_gap");
    expect(codeOf(() => verify([at(1), at(2)]))).toBe("log_gap");
    expect(codeOf(() => verify([at(0), at(1), at(1)]))).toBe("log_replayed");
    expect(codeOf(() => verify([...log, at(0)]))).toBe("log_replayed");
    expect(codeOf(() => verify([at(0), at(2), at(1)]))).toBe("log_gap");
    const forked = sign(
      { number: 0, hash: "11".repeat(32) },
      { kind: "revoke-agent", agentCertHash: "aa".repeat(32), lastSequence: 1 },
    );
    expect(codeOf(() => verify([at(0), at(1), forked]))).toBe("log_reordered");
    expect(codeOf(() => verify([at(0), forked]))).toBe("log_chain_broken");
  });

  test("that ends below the pin, or differs at the pin, is refused by name", () => {
    const pin = verify(log).head;
    expect(verify(log, pin).head).toEqual(pin);
    expect(codeOf(() => verify(log.slice(0, 3), pin))).toBe("log_truncated");
    expect(codeOf(() => verify([]))).toBe("log_truncated");
    expect(codeOf(() => verify(log, { number: 2, hash: pin.hash }))).toBe("log_changed");
  });

  test("may have grown beyond the pin", () => {
    const pin = verify(log.slice(0, 2)).head;
    expect(verify(log, pin).head.number).toBe(3);
  });

  test("with any byte changed, or cut anywhere, is refused by name", () => {
    for (const [index, object] of log.entries()) {
      for (let byte = 0; byte < object.length; byte++) {
        const changed = log.with(index, flipByte(object, byte, 1 << (byte % 8)));
        expect(codeOf(() => verify(changed))).toMatch(/^[a-z0-9_]+$/);
        expect(codeOf(() => verify(changed))).not.toBe("none");
        const cut = log.with(index, object.subarray(0, byte));
        expect(codeOf(() => verify(cut))).toMatch(/^(truncated|bad_json|bad_utf8)$/);
      }
      expect(codeOf(() => verify(log.with(index, new Uint8Array([...object, 0]))))).toBe("trailing_bytes");
    }
  });

  test("that says something unknown is refused with the advice to update", () => {
    const { number, hash } = verify(log).head;
    const value = {
      company: COMPANY_ID,
      number: number + 1,
      prev: hash,
      at: NOON.toISOString(),
      statement: { kind: "new" },
    };
    const object = signJson(cheapPrimitives, { secretKey: rootKey.secretKey, type: "log", value });
    expect(() => verify([...log, object])).toThrow(/update/);
    expect(codeOf(() => verify([...log, object]))).toBe("log_unknown_statement");
  });

  test("that contradicts itself is refused, although it is signed", () => {
    const head = verify(log).head;
    const epoch = getCurrentEpoch(verify(log), 0);
    const contradictions: LogStatement[] = [
      { kind: "genesis", rootPublicKey: rootKey.publicKey, recoveryBoxPublicKey: rootKey.publicKey },
      epoch,
      { ...epoch, epoch: 3 },
      { ...epoch, scope: 1, companyPublicKey: rootKey.publicKey },
      ...owner.log.enrolments.values(),
    ];
    for (const statement of contradictions) {
      expect(codeOf(() => verify([...log, sign(head, statement)]))).toBe("log_contradicts_itself");
    }
  });

  test("only ever takes more away from a revoked agent", () => {
    const agentCertHash = "ab".repeat(32);
    const head = verify(log).head;
    const revoke = (lastSequence: number): LogStatement => ({ kind: "revoke-agent", agentCertHash, lastSequence });
    const first = sign(head, revoke(5));
    const second = sign(verify([...log, first]).head, revoke(9));
    expect(verify([...log, first, second]).revocations.get(agentCertHash)).toBe(5);
  });

  test("starts with three statements that the first owner made", () => {
    expect(created.log.length).toBe(3);
    expect(verify(created.log).head.number).toBe(2);
  });
});
