import { describe, expect, test } from "vitest";
import { fromHex } from "../codec/hex.ts";
import { sealManifest } from "../format/manifest.ts";
import type { ManifestHeader } from "../format/manifest-header.ts";
import { signSlot } from "../format/slot.ts";
import { checkAgentCertificates } from "./agent-certificate.ts";
import { findChainBreaks } from "./header-chain.ts";
import { type CompanyTrust, checkManifest, checkManifestHeader, checkSlot } from "./manifest-checks.ts";
import { sealTo } from "./sealed-box.ts";
import {
  COMPANY_ID,
  codeOf,
  createTestAgent,
  EVENING,
  flipByte,
  MACHINE_ID,
  cheapPrimitives as primitives,
  SOURCE_ID,
  seededRandomness,
} from "./testing/company-fixture.ts";

const agent = await createTestAgent();
const { agents } = checkAgentCertificates(primitives, agent.owner.log, [agent.certificate]);
const trust: CompanyTrust = { log: agent.owner.log, agents };
const [certificate] = agents.values();
const agentCertHash = fromHex(certificate?.hash ?? "");
const randomness = seededRandomness("manifests");
const dataKey = randomness.bytes(32);
const RUN_ID = "0190b5a0-0000-7000-8000-0000000000c1";
const SIGNED_HEADER_SIZE_BYTES = 364;
const ZEROS = new Uint8Array(32);

const slot = signSlot(primitives, agent.sign.secretKey, {
  companyId: COMPANY_ID,
  scope: 0,
  runId: RUN_ID,
  agentCertHash,
  epoch: 1,
  sealedDataKey: sealTo(primitives, {
    publicKey: agent.opened.companyPublicKey,
    purpose: "data-key",
    secret: dataKey,
  }),
});

function makeManifest(change: Partial<ManifestHeader> = {}): Uint8Array {
  const header = {
    companyId: COMPANY_ID,
    scope: 0,
    machineId: MACHINE_ID,
    sourceId: SOURCE_ID,
    runId: RUN_ID,
    agentCertHash,
    sequence: 1,
    previousHeaderHash: ZEROS,
    epoch: 1,
    startedAtMs: EVENING.getTime(),
    endedAtMs: EVENING.getTime(),
    topPageId: randomness.bytes(32),
    changeListId: randomness.bytes(32),
    entryCount: 3,
    fileCount: 2,
    contentBytes: 10,
    gapCount: 0,
    ...change,
  };
  const body = { sourceName: "Home", paths: [], excludes: [], host: "a host", gaps: [], gapsListed: 0 };
  return sealManifest({ primitives, randomness, agentSecretKey: agent.sign.secretKey, slot, dataKey }, header, body);
}

function check(manifest: Uint8Array, believed = trust) {
  return checkManifestHeader(primitives, believed, manifest.subarray(0, SIGNED_HEADER_SIZE_BYTES));
}

/** Headers 1 to `count` of one agent. */
function makeChain(count: number) {
  const chain = [];
  let previousHeaderHash: Uint8Array = ZEROS;
  for (let sequence = 1; sequence <= count; sequence++) {
    const checked = check(makeManifest({ sequence, previousHeaderHash }));
    chain.push(checked);
    previousHeaderHash = fromHex(checked.headerHash);
  }
  return chain;
}

describe("a manifest", () => {
  test("leads through agent and enrolment to the root", () => {
    const checked = checkManifest(primitives, trust, makeManifest());
    expect(checked.agent.machineId).toBe(MACHINE_ID);
    expect(checked.header.sequence).toBe(1);
  });

  test("of another company, machine, agent or epoch is refused by name", () => {
    expect(codeOf(() => check(makeManifest({ companyId: SOURCE_ID })))).toBe("manifest_other_company");
    expect(codeOf(() => check(makeManifest({ machineId: SOURCE_ID })))).toBe("manifest_other_machine");
    expect(codeOf(() => check(makeManifest({ agentCertHash: ZEROS })))).toBe("manifest_unknown_agent");
    expect(codeOf(() => check(makeManifest({ epoch: 2 })))).toBe("epoch_unknown");
  });

  test("of a revoked agent is accepted up to the last sequence and not beyond", () => {
    const [first, second] = makeChain(2);
    const revocations = new Map([[certificate?.hash ?? "", 1]]);
    const believed = { ...trust, log: { ...trust.log, revocations } };
    const bytes = makeManifest({ sequence: 2, previousHeaderHash: fromHex(first?.headerHash ?? "") });
    expect(codeOf(() => check(makeManifest(), believed))).toBe("none");
    expect(codeOf(() => check(bytes, believed))).toBe("agent_revoked");
    expect(second?.header.sequence).toBe(2);
  });

  test("with any byte changed is refused by name", () => {
    const manifest = makeManifest();
    for (let at = 0; at < manifest.length; at++) {
      const code = codeOf(() => checkManifest(primitives, trust, flipByte(manifest, at)));
      expect(code).toMatch(/^[a-z0-9_]+$/);
      expect(code).not.toBe("none");
    }
  });
});

describe("a key slot", () => {
  test("counts only from a genuine agent, for its scope and epoch", () => {
    expect(checkSlot(primitives, trust, { scope: 0, slot }).machineId).toBe(MACHINE_ID);
    const codeOfSlot = (change: Partial<typeof slot>, scope = 0) =>
      codeOf(() => checkSlot(primitives, trust, { scope, slot: { ...slot, ...change } }));
    expect(codeOfSlot({ agentCertHash: ZEROS })).toBe("slot_unknown_agent");
    expect(codeOfSlot({ epoch: 2 })).toBe("epoch_unknown");
    expect(codeOfSlot({}, 1)).toBe("epoch_unknown");
    expect(codeOfSlot({ sealedDataKey: flipByte(slot.sealedDataKey, 5) })).toBe("bad_slot");
  });
});

describe("the chain of an agent's headers", () => {
  const chain = makeChain(4);
  const [first, second, third, fourth] = chain;
  if (!first || !second || !third || !fourth) throw new Error("the chain has four headers");
  const codes = (...headers: typeof chain) => findChainBreaks(headers).map(({ code, sequence }) => [code, sequence]);

  test("is whole when each follows the one before", () => {
    expect(codes(...chain)).toEqual([]);
    expect(findChainBreaks([])).toEqual([]);
  });

  test("names gaps, replays, changed orders and forks", () => {
    expect(codes(first, third, fourth)).toEqual([["header_gap", 3]]);
    expect(codes(second, third)).toEqual([["header_gap", 2]]);
    expect(codes(first, second, second, third)).toEqual([["header_replayed", 2]]);
    expect(codes(first, third, second, fourth)).toEqual([
      ["header_gap", 3],
      ["header_reordered", 2],
    ]);
    const twin = check(makeManifest({ sequence: 2, previousHeaderHash: fromHex(first.headerHash) }));
    expect(codes(first, second, twin, third)).toEqual([["header_forked", 2]]);
    expect(codes(first, twin, third)).toEqual([["header_forked", 3]]);
  });

  test("names what ends below, or differs from, what was seen before", () => {
    const agentId = first.agent.agentId;
    const pin = { agentId, sequence: 3, headerHash: third.headerHash };
    expect(findChainBreaks(chain, pin)).toEqual([]);
    expect(findChainBreaks([first, second], pin).map(({ code }) => code)).toEqual(["header_truncated"]);
    expect(findChainBreaks([], pin).map(({ code }) => code)).toEqual(["header_truncated"]);
    const changed = { agentId, sequence: 3, headerHash: second.headerHash };
    expect(findChainBreaks(chain, changed).map(({ code }) => code)).toEqual(["header_forked"]);
  });
});
