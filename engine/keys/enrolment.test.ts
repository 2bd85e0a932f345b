import { describe, expect, test } from "vitest";
import { toBase64 } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { checkAgentCertificate, checkAgentCertificates } from "./agent-certificate.ts";
import { openEnrolment } from "./enrolment.ts";
import { deriveKey } from "./key-tools.ts";
import { checkSourceDefinition, openSourceSecret, signSourceDefinition } from "./source-definition.ts";
import {
  COMPANY_ID,
  cheapPrimitives,
  codeOf,
  createTestAgent,
  createTestCompany,
  ENROLMENT_ID,
  EVENING,
  enrolTestAgent,
  flipByte,
  MACHINE_ID,
  SOURCE_ID,
  seededTools,
  TOMORROW,
} from "./testing/company-fixture.ts";
import { wrapSecret } from "./wrap.ts";

const agent = await createTestAgent();
const { enrolment, log, owner, certificate, certify } = agent;
const link: Parameters<typeof openEnrolment>[1] = {
  enrolmentId: ENROLMENT_ID,
  secret: enrolment.secret,
  payload: enrolment.payload,
  log,
  now: EVENING,
};

function codeOfOpening(change: Partial<typeof link>): string {
  return codeOf(() => openEnrolment(cheapPrimitives, { ...link, ...change }));
}

describe("an enrolment", () => {
  test("opens with its link alone to what an agent needs", () => {
    const opened = openEnrolment(cheapPrimitives, link);
    expect(opened.companyId).toBe(COMPANY_ID);
    expect(opened.chunkIdKey).toEqual(owner.chunkIdKeys.get(0));
    expect(opened.companyPublicKey).toEqual(owner.companySecrets.get(1)?.keys.publicKey);
    expect(opened.log.head).toEqual(enrolment.head);
  });

  test("does not open by another secret", () => {
    expect(codeOfOpening({ secret: flipByte(enrolment.secret, 0) })).toBe("enrolment_link_wrong");
  });

  test("is refused when the log is older, of another root, or does not hold it", async () => {
    const foreign = await createTestCompany("another");
    expect(codeOfOpening({ log: log.slice(0, 3) })).toBe("log_truncated");
    expect(codeOfOpening({ log: foreign.log })).toBe("log_wrong_root");
    expect(codeOfOpening({ enrolmentId: SOURCE_ID })).toBe("enrolment_not_in_log");
  });

  test("is refused after its end", () => {
    expect(codeOfOpening({ now: TOMORROW })).toBe("none");
    expect(codeOfOpening({ now: new Date(TOMORROW.getTime() + 1) })).toBe("enrolment_expired");
  });

  test("is refused when somebody swapped the company's key, even knowing the link", () => {
    const tools = seededTools("swap");
    const opened = openEnrolment(cheapPrimitives, link);
    const json = JSON.stringify({
      company: COMPANY_ID,
      scope: 0,
      epoch: 1,
      companyPublicKey: toBase64(tools.primitives.boxKeyPair(tools.randomness.bytes(32)).publicKey),
      chunkIdKey: toBase64(opened.chunkIdKey),
      rootFingerprint: opened.rootFingerprint,
      logNumber: opened.log.head.number,
      logHash: opened.log.head.hash,
    });
    const key = deriveKey(cheapPrimitives, enrolment.secret, "holdfast/1/enrol-payload");
    const payload = wrapSecret(tools, { key, purpose: "enrolment", secret: encodeUtf8(json) });
    expect(codeOfOpening({ payload })).toBe("company_key_swapped");
  });

  test("is refused with any byte of its payload changed", () => {
    for (let at = 0; at < enrolment.payload.length; at++) {
      expect(["enrolment_link_wrong", "wrap_damaged", "unknown_wrap_version"]).toContain(
        codeOfOpening({ payload: flipByte(enrolment.payload, at) }),
      );
    }
  });
});

describe("an agent's certificate", () => {
  test("leads through its enrolment to the root", () => {
    const checked = checkAgentCertificate(cheapPrimitives, owner.log, certificate);
    expect(checked.machineId).toBe(MACHINE_ID);
    expect(checked.signPublicKey).toEqual(agent.sign.publicKey);
  });

  test("is refused when its enrolment is unknown, ended, or of another company", async () => {
    const foreign = await createTestAgent("another company");
    expect(codeOf(() => checkAgentCertificate(cheapPrimitives, agent.created.owner.log, certificate))).toBe(
      "certificate_unknown_enrolment",
    );
    expect(codeOf(() => checkAgentCertificate(cheapPrimitives, owner.log, foreign.certificate))).toBe(
      "certificate_forged",
    );
    const late = certify(new Date(TOMORROW.getTime() + 1));
    expect(codeOf(() => checkAgentCertificate(cheapPrimitives, owner.log, late))).toBe("enrolment_expired");
    const otherLog = { ...owner.log, companyId: SOURCE_ID };
    expect(codeOf(() => checkAgentCertificate(cheapPrimitives, otherLog, certificate))).toBe(
      "certificate_other_company",
    );
  });

  test("with any byte changed is refused by name", () => {
    for (let at = 0; at < certificate.length; at++) {
      const code = codeOf(() => checkAgentCertificate(cheapPrimitives, owner.log, flipByte(certificate, at)));
      expect(code).toMatch(/^[a-z0-9_]+$/);
      expect(code).not.toBe("none");
    }
  });

  test("that is the second of one enrolment is an incident, and neither counts", () => {
    const second = certify(TOMORROW, SOURCE_ID);
    const { agents, incidents } = checkAgentCertificates(cheapPrimitives, owner.log, [certificate, second]);
    expect(agents.size).toBe(0);
    expect(incidents.map(({ code }) => code)).toEqual(["enrolment_used_twice", "enrolment_used_twice"]);
  });

  test("of other agents stays good when one is forged", () => {
    const other = enrolTestAgent(owner, log, "second", {
      enrolmentId: "0190b5a0-0000-7000-8000-0000000000b1",
      agentId: "0190b5a0-0000-7000-8000-0000000000b2",
      machineId: "0190b5a0-0000-7000-8000-0000000000b3",
    });
    const forged = flipByte(certificate, certificate.length - 1);
    const checked = checkAgentCertificates(cheapPrimitives, other.owner.log, [forged, other.certificate, certificate]);
    expect(checked.agents.size).toBe(2);
    expect(checked.incidents.map(({ code }) => code)).toEqual(["certificate_forged"]);
  });
});

describe("a source's definition", () => {
  const { agents } = checkAgentCertificates(cheapPrimitives, owner.log, [certificate]);
  const [checked] = agents.values();
  const secret = { name: "Home", paths: [Uint8Array.of(47, 255, 254)], excludes: ["*.tmp"] };
  const companyPublicKey = agent.opened.companyPublicKey;
  const definition = signSourceDefinition(cheapPrimitives, {
    companyId: COMPANY_ID,
    machineId: MACHINE_ID,
    sourceId: SOURCE_ID,
    number: 1,
    ordinal: 1,
    secret,
    companyPublicKey,
    agent: { certHash: checked?.hash ?? "", signSecretKey: agent.sign.secretKey, boxPublicKey: agent.box.publicKey },
  });

  test("opens for the company and for the agent, and for nobody else", () => {
    const parsed = checkSourceDefinition(cheapPrimitives, agents, definition);
    const company = owner.companySecrets.get(1)?.keys;
    if (!company) throw new Error("the owner holds the company secret");
    expect(openSourceSecret(cheapPrimitives, company, parsed.sealedToCompany)).toEqual(secret);
    expect(openSourceSecret(cheapPrimitives, agent.box, parsed.sealedToAgent)).toEqual(secret);
    expect(codeOf(() => openSourceSecret(cheapPrimitives, agent.box, parsed.sealedToCompany))).toBe("wrong_box_key");
  });

  test("is refused from an unknown signer, another machine, or changed anywhere", () => {
    expect(codeOf(() => checkSourceDefinition(cheapPrimitives, new Map(), definition))).toBe("source_unknown_signer");
    const moved = new Map([...agents].map(([hash, one]) => [hash, { ...one, machineId: SOURCE_ID }]));
    expect(codeOf(() => checkSourceDefinition(cheapPrimitives, moved, definition))).toBe("source_other_machine");
    for (let at = 0; at < definition.length; at++) {
      const code = codeOf(() => checkSourceDefinition(cheapPrimitives, agents, flipByte(definition, at)));
      expect(code).toMatch(/^[a-z0-9_]+$/);
      expect(code).not.toBe("none");
    }
  });
});
