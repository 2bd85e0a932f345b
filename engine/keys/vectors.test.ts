import { describe, expect, test } from "vitest";
import { fromBase64, toBase64, toHex } from "../codec/hex.ts";
import { createBrowserPrimitives } from "../primitives/browser.ts";
import { nodePrimitives } from "../primitives/node.ts";
import { checkAgentCertificates } from "./agent-certificate.ts";
import { verifyCompanyLog } from "./company-log.ts";
import { openEnrolment } from "./enrolment.ts";
import { inviteAuthHash, parseSecretLink } from "./link-secret.ts";
import { getChunkIdKey, getCompanySecret, requireRoot } from "./owner-keys.ts";
import { unlockByRecovery, unlockMember } from "./owner-unlock.ts";
import { openSealed } from "./sealed-box.ts";
import { checkSourceDefinition, openSourceSecret } from "./source-definition.ts";
import vectors from "./vectors/v1.json" with { type: "json" };
import { unwrapSecret } from "./wrap.ts";

const { company, enrolment, certificate, source } = vectors;
const objects = { log: company.log.map(fromBase64), wraps: company.wraps.map(fromBase64) };
const { companyId, rootFingerprint } = company;

const platforms = [
  { platform: "Node", primitives: nodePrimitives },
  { platform: "a browser", primitives: await createBrowserPrimitives() },
];

describe.each(platforms)("keys written as version 1, in $platform", ({ primitives }) => {
  test("open: a wrap and a sealed box", () => {
    const { key, purpose, wrapped, secret } = vectors.wrap;
    const opened = unwrapSecret(primitives, { key: fromBase64(key), purpose, wrapped: fromBase64(wrapped) });
    expect(toBase64(opened)).toBe(secret);
    const box = vectors.sealedBox;
    const keys = primitives.boxKeyPair(fromBase64(box.seed));
    const sealed = fromBase64(box.sealed);
    expect(toBase64(openSealed(primitives, { keys, purpose: box.purpose, sealed }))).toBe(box.secret);
  });

  test("open: a company, by its passphrase and by its recovery key", async () => {
    const byPassphrase = await unlockMember(primitives, {
      companyId,
      memberId: company.memberId,
      passphrase: company.passphrase,
      memberBlob: fromBase64(company.memberBlob),
      objects,
      pin: company.head,
    });
    const recoveryKey = fromBase64(company.recoveryKey);
    const byRecovery = unlockByRecovery(primitives, { companyId, recoveryKey, objects, rootFingerprint });
    for (const owner of [byPassphrase, byRecovery]) {
      expect(toBase64(requireRoot(owner).seed)).toBe(company.rootSeed);
      expect(toBase64(getCompanySecret(owner, 1).seed)).toBe(company.companySecretSeed);
      expect(toBase64(getChunkIdKey(owner, 0))).toBe(company.chunkIdKey);
    }
  });

  test("verify and open: log, enrolment, certificate and source", () => {
    const log = verifyCompanyLog(primitives, { companyId, objects: objects.log, rootFingerprint });
    expect(log.head).toEqual(company.head);
    const { linkId, secret } = parseSecretLink("enrol", enrolment.link);
    const payload = fromBase64(enrolment.payload);
    const now = new Date(enrolment.openedAt);
    const opened = openEnrolment(primitives, { enrolmentId: linkId, secret, payload, log: objects.log, now });
    expect(toBase64(opened.chunkIdKey)).toBe(company.chunkIdKey);
    expect(toHex(inviteAuthHash(primitives, secret))).toBe(enrolment.inviteAuthHash);
    const { agents, incidents } = checkAgentCertificates(primitives, log, [fromBase64(certificate.object)]);
    expect(incidents).toEqual([]);
    const agent = agents.get(certificate.hash);
    expect(agent && toBase64(agent.signPublicKey)).toBe(certificate.signPublicKey);
    const definition = checkSourceDefinition(primitives, agents, fromBase64(source.object));
    const keys = primitives.boxKeyPair(fromBase64(company.companySecretSeed));
    const read = openSourceSecret(primitives, keys, definition.sealedToCompany);
    expect({ ...read, paths: read.paths.map(toBase64) }).toEqual({
      name: source.name,
      paths: source.paths,
      excludes: source.excludes,
    });
  });
});
