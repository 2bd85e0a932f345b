import { describe, expect, test } from "vitest";
import { toHex } from "../codec/hex.ts";
import { nodePrimitives } from "../primitives/node.ts";
import { admitMember, createMemberSecrets } from "./company-keys.ts";
import { appendStatement } from "./company-log.ts";
import { parseKeyWrap, sealKeyWrap } from "./key-wrap.ts";
import type { MemberRole, MemberStatement } from "./log-statement.ts";
import { memberKeysOf, openMemberBlob, sealMemberBlob } from "./member-blob.ts";
import { type OwnerKeys, requireRoot } from "./owner-keys.ts";
import { unlockByRecovery, unlockMember } from "./owner-unlock.ts";
import {
  askedCosts,
  COMPANY_ID,
  cheapPrimitives,
  codeOf,
  createTestAgent,
  createTestCompany,
  flipByte,
  NOON,
  OWNER_ID,
  PASSPHRASE,
  seededTools,
} from "./testing/company-fixture.ts";

const created = await createTestCompany();
const objects = { log: created.log, wraps: created.wraps };
const rootFingerprint = created.owner.log.rootFingerprint;
const known = { companyId: COMPANY_ID, memberId: OWNER_ID, memberBlob: created.memberBlob, objects };

const SECOND_ID = "0190b5a0-0000-7000-8000-0000000000aa";

async function codeOfUnlock(change: Partial<Parameters<typeof unlockMember>[1]>): Promise<string> {
  try {
    await unlockMember(cheapPrimitives, { ...known, passphrase: PASSPHRASE, ...change });
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return "none";
}

/** Everything secret that unlocked keys hold. */
function secretsOf(owner: OwnerKeys) {
  return {
    root: owner.root && toHex(owner.root.seed),
    companySecrets: [...owner.companySecrets].map(([epoch, { seed }]) => [epoch, toHex(seed)]),
    chunkIdKeys: [...owner.chunkIdKeys].map(([scope, key]) => [scope, toHex(key)]),
  };
}

describe("unlocking", () => {
  test("by passphrase opens what the owner made", async () => {
    const owner = await unlockMember(cheapPrimitives, { ...known, passphrase: PASSPHRASE });
    expect(owner).toEqual(created.owner);
  });

  test("by recovery key opens everything that the passphrase opens", () => {
    const input = { companyId: COMPANY_ID, recoveryKey: created.recoveryKey, objects };
    const owner = unlockByRecovery(cheapPrimitives, { ...input, rootFingerprint });
    expect(secretsOf(owner)).toEqual(secretsOf(created.owner));
    const withWordsAlone = unlockByRecovery(cheapPrimitives, { ...input, rootFingerprint: null });
    expect(secretsOf(withWordsAlone)).toEqual(secretsOf(created.owner));
  });

  test("asks for the cost that stands in the code, 3 passes over 256 MiB", async () => {
    await codeOfUnlock({});
    expect(askedCosts.at(-1)).toEqual({ passes: 3, memoryBytes: 256 * 1024 * 1024 });
  });

  test("takes one passphrase from every keyboard", async () => {
    const tools = seededTools("keyboards");
    const secrets = createMemberSecrets(tools, rootFingerprint);
    const blob = await sealMemberBlob(tools, { passphrase: "cafe\u0301 \u212b ﬁn", secrets });
    const opened = await openMemberBlob(tools.primitives, { passphrase: "caf\u00e9 \u00c5 fin", blob });
    expect(opened).toEqual(secrets);
  });

  test("works with the real Argon2id", async () => {
    const tools = { ...seededTools("real"), primitives: nodePrimitives };
    const secrets = createMemberSecrets(tools, rootFingerprint);
    const blob = await sealMemberBlob(tools, { passphrase: PASSPHRASE, secrets });
    expect(await openMemberBlob(nodePrimitives, { passphrase: PASSPHRASE, blob })).toEqual(secrets);
  });

  test("names a wrong passphrase, a wrong recovery key and any change of the blob", async () => {
    expect(await codeOfUnlock({ passphrase: "something else" })).toBe("wrong_passphrase");
    const recoveryKey = flipByte(created.recoveryKey, 3);
    const input = { companyId: COMPANY_ID, recoveryKey, objects, rootFingerprint };
    expect(codeOf(() => unlockByRecovery(cheapPrimitives, input))).toBe("wrong_recovery_key");
    for (let at = 0; at < created.memberBlob.length; at++) {
      const code = await codeOfUnlock({ memberBlob: flipByte(created.memberBlob, at) });
      expect(["wrong_passphrase", "wrap_damaged", "unknown_wrap_version"]).toContain(code);
    }
    expect(await codeOfUnlock({ memberBlob: created.memberBlob.subarray(1) })).toBe("bad_member_blob");
  });

  test("refuses a log below the pin, and one of another root", async () => {
    const { log } = await createTestAgent();
    const foreign = await createTestCompany("another");
    const pin = { number: 3, hash: toHex(cheapPrimitives.sha256(log[3] ?? new Uint8Array())) };
    expect(await codeOfUnlock({ objects: { ...objects, log }, pin })).toBe("none");
    expect(await codeOfUnlock({ pin })).toBe("log_truncated");
    expect(await codeOfUnlock({ objects: { log: foreign.log, wraps: foreign.wraps } })).toBe("log_wrong_root");
  });

  test("names wraps that are missing, swapped or changed", async () => {
    for (const [index, wrap] of created.wraps.entries()) {
      const isOurs = parseKeyWrap(wrap).to === OWNER_ID;
      const without = await codeOfUnlock({ objects: { ...objects, wraps: objects.wraps.toSpliced(index, 1) } });
      expect(without).toBe(isOurs ? "wrap_missing" : "none");
    }
    const box = created.owner.memberKeys?.box.publicKey ?? new Uint8Array();
    const forged = sealKeyWrap(cheapPrimitives, {
      purpose: "company-secret",
      epoch: 1,
      to: OWNER_ID,
      publicKey: box,
      seed: new Uint8Array(32),
    });
    expect(await codeOfUnlock({ objects: { ...objects, wraps: [forged, ...objects.wraps] } })).toBe("wrap_swapped");
    const [first] = objects.wraps;
    for (let at = 0; first && at < first.length; at++) {
      const code = await codeOfUnlock({ objects: { ...objects, wraps: objects.wraps.with(0, flipByte(first, at)) } });
      expect(code).toMatch(/^[a-z0-9_]+$/);
      expect(code).not.toBe("none");
    }
  });

  test("names a member whom the log does not know, or knows under other keys", async () => {
    expect(await codeOfUnlock({ memberId: SECOND_ID })).toBe("member_not_in_log");
    const keys = memberKeysOf(cheapPrimitives, createMemberSecrets(seededTools("other"), rootFingerprint));
    const { object } = appendStatement(cheapPrimitives, {
      rootKey: requireRoot(created.owner).keys,
      companyId: COMPANY_ID,
      head: created.owner.log.head,
      at: NOON,
      statement: memberStatement("owner", OWNER_ID, keys),
    });
    expect(await codeOfUnlock({ objects: { ...objects, log: [...objects.log, object] } })).toBe("member_key_swapped");
  });
});

function memberStatement(role: MemberRole, memberId: string, keys: ReturnType<typeof memberKeysOf>): MemberStatement {
  return { kind: "member", memberId, role, boxPublicKey: keys.box.publicKey, signPublicKey: keys.sign.publicKey };
}

describe("a member who was let in", () => {
  test.each([
    { role: "owner", hasRoot: true, hasSecret: true },
    { role: "restorer", hasRoot: false, hasSecret: true },
    { role: "viewer", hasRoot: false, hasSecret: false },
  ] as const)("as $role holds what that role reaches, and no more", async ({ role, hasRoot, hasSecret }) => {
    const tools = seededTools(role);
    const secrets = createMemberSecrets(tools, rootFingerprint);
    const member = memberStatement(role, SECOND_ID, memberKeysOf(cheapPrimitives, secrets));
    const admitted = admitMember(cheapPrimitives, { owner: created.owner, member, at: NOON });
    const unlocked = await unlockMember(cheapPrimitives, {
      companyId: COMPANY_ID,
      memberId: SECOND_ID,
      passphrase: "theirs",
      memberBlob: await sealMemberBlob(tools, { passphrase: "theirs", secrets }),
      objects: { log: [...objects.log, admitted.statement], wraps: [...objects.wraps, ...admitted.wraps] },
    });
    expect(unlocked.root !== null).toBe(hasRoot);
    expect(unlocked.companySecrets.size).toBe(hasSecret ? 1 : 0);
    expect(unlocked.chunkIdKeys.size).toBe(hasSecret ? 1 : 0);
    const letIn = () => admitMember(cheapPrimitives, { owner: unlocked, member, at: NOON });
    expect(codeOf(letIn)).toBe(hasRoot ? "none" : "not_an_owner");
  });
});
