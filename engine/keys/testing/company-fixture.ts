import { encodeUtf8 } from "../../codec/text.ts";
import type { Argon2Cost, Primitives } from "../../ports/primitives.ts";
import type { Randomness } from "../../ports/randomness.ts";
import { nodePrimitives } from "../../primitives/node.ts";
import { signAgentCertificate } from "../agent-certificate.ts";
import { type CreatedCompanyKeys, createCompanyKeys } from "../company-keys.ts";
import { extendCompanyLog } from "../company-log.ts";
import { createEnrolment, openEnrolment } from "../enrolment.ts";
import type { KeyTools } from "../key-tools.ts";
import type { OwnerKeys } from "../owner-keys.ts";

export const COMPANY_ID = "0190b5a0-0000-7000-8000-000000000001";
export const OWNER_ID = "0190b5a0-0000-7000-8000-000000000002";
export const ENROLMENT_ID = "0190b5a0-0000-7000-8000-000000000003";
export const AGENT_ID = "0190b5a0-0000-7000-8000-000000000004";
export const MACHINE_ID = "0190b5a0-0000-7000-8000-000000000005";
export const SOURCE_ID = "0190b5a0-0000-7000-8000-000000000006";
export const PASSPHRASE = "correct horse battery staple zebra piano";
export const NOON = new Date("2026-03-01T12:00:00.000Z");
export const EVENING = new Date("2026-03-01T18:00:00.000Z");
export const TOMORROW = new Date("2026-03-02T12:00:00.000Z");

/** Costs that were asked for, newest last. */
export const askedCosts: Argon2Cost[] = [];

/** The real primitives, but a guess at a passphrase costs microseconds: tests make hundreds. */
export const cheapPrimitives: Primitives = {
  ...nodePrimitives,
  async argon2id(passphrase, salt, cost) {
    askedCosts.push(cost);
    return nodePrimitives.hmacSha256(salt, passphrase);
  },
};

/** Bytes that follow from a seed. */
export function seededRandomness(seed: string): Randomness {
  let counter = 0;
  return {
    bytes(sizeBytes) {
      const bytes = new Uint8Array(sizeBytes);
      for (let at = 0; at < sizeBytes; at += 32) {
        const block = nodePrimitives.hmacSha256(encodeUtf8(seed), encodeUtf8(String(counter++)));
        bytes.set(block.subarray(0, Math.min(32, sizeBytes - at)), at);
      }
      return bytes;
    },
  };
}

export function seededTools(seed: string): KeyTools {
  return { primitives: cheapPrimitives, randomness: seededRandomness(seed) };
}

export function createTestCompany(seed = "a company"): Promise<CreatedCompanyKeys> {
  const input = { companyId: COMPANY_ID, memberId: OWNER_ID, passphrase: PASSPHRASE, at: NOON };
  return createCompanyKeys(seededTools(seed), input);
}

/** A company with one enrolled agent; `log` has the enrolment as statement 3. */
export async function createTestAgent(seed = "a company") {
  const created = await createTestCompany(seed);
  return { created, ...enrolTestAgent(created.owner, created.log, seed) };
}

export function enrolTestAgent(
  owner: OwnerKeys,
  before: readonly Uint8Array[],
  seed: string,
  ids = { enrolmentId: ENROLMENT_ID, agentId: AGENT_ID, machineId: MACHINE_ID },
) {
  const tools = seededTools(`${seed}, enrolment ${ids.enrolmentId}`);
  const { enrolmentId } = ids;
  const enrolment = createEnrolment(tools, { owner, enrolmentId, at: NOON, expiresAt: TOMORROW });
  const log = [...before, enrolment.statement];
  const { secret, payload } = enrolment;
  const opened = openEnrolment(tools.primitives, { enrolmentId, secret, payload, log, now: EVENING });
  const sign = tools.primitives.signKeyPair(tools.randomness.bytes(32));
  const box = tools.primitives.boxKeyPair(tools.randomness.bytes(32));
  const certify = (at: Date, agentId = ids.agentId) =>
    signAgentCertificate(tools.primitives, {
      enrolmentKey: opened.enrolmentKeys,
      companyId: COMPANY_ID,
      enrolmentId,
      agentId,
      machineId: ids.machineId,
      signPublicKey: sign.publicKey,
      boxPublicKey: box.publicKey,
      at,
    });
  const state = extendCompanyLog(tools.primitives, owner.log, [enrolment.statement]);
  return { enrolment, log, opened, sign, box, certify, certificate: certify(EVENING), owner: { ...owner, log: state } };
}

/** The code of the error that `attempt` throws, or "none". */
export function codeOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : `unnamed: ${String(error)}`;
  }
  return "none";
}

/** A copy with one byte changed. */
export function flipByte(bytes: Uint8Array, at: number, mask = 0x01): Uint8Array {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ mask;
  return changed;
}
