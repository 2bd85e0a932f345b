import { enrolmentIdSchema } from "../../../../contracts/ids.ts";
import { fromBase64, fromHex, toBase64, toHex } from "../../../../engine/codec/hex.ts";
import { headerHashOf } from "../../../../engine/format/manifest.ts";
import { signAgentCertificate } from "../../../../engine/keys/agent-certificate.ts";
import { openEnrolment } from "../../../../engine/keys/enrolment.ts";
import { parseSecretLink } from "../../../../engine/keys/link-secret.ts";
import { signSourceDefinition } from "../../../../engine/keys/source-definition.ts";
import { nodePrimitives, nodeRandomness } from "../../../../engine/primitives/node.ts";
import { createPortalClient } from "../../../api/client/portal-client.ts";
import { recordPack } from "../../../domain/pack/record-pack.ts";
import { commitSnapshot } from "../../../domain/snapshot/commit-snapshot.ts";
import { putSource } from "../../../domain/source/put-source.ts";
import { packObjectKey } from "../../../domain/zone/object-keys.ts";
import { newId } from "../../../platform/ids.ts";
import { type CompanyWorld, sealTestSnapshot, startTestRun } from "../../../testing/company-world.ts";
import type { TestPortal } from "./test-portal.ts";

const SIGNED_HEADER_SIZE_BYTES = 364;

export interface TestMachine extends CompanyWorld {
  readonly agentBoxPublicKey: Uint8Array;
}

/** Enrols a machine by a link as its agent would, and defines one source. */
export async function enrolTestMachine(portal: TestPortal, link: string, sourceName: string): Promise<TestMachine> {
  const { linkId, secret } = parseSecretLink("enrol", link);
  const client = createPortalClient({ portalUrl: portal.portalUrl });
  const enrolmentId = enrolmentIdSchema.parse(linkId);
  const served = await client.enrolments.open.query({ enrolmentId });
  const payload = fromBase64(served.payload);
  const log = served.log.map(fromBase64);
  const opened = openEnrolment(nodePrimitives, { enrolmentId, secret, payload, log, now: new Date() });
  const signKeys = nodePrimitives.signKeyPair(nodeRandomness.bytes(32));
  const boxKeys = nodePrimitives.boxKeyPair(nodeRandomness.bytes(32));
  const { companyId, companyPublicKey, chunkIdKey } = opened;
  const ids = { companyId, agentId: newId(), machineId: newId() };
  const keys = { signPublicKey: signKeys.publicKey, boxPublicKey: boxKeys.publicKey };
  const named = { ...ids, ...keys, enrolmentKey: opened.enrolmentKeys, enrolmentId, at: new Date() };
  const certificate = signAgentCertificate(nodePrimitives, named);
  await client.enrolments.complete.mutate({
    enrolmentId,
    certificate: toBase64(certificate),
    machineName: "A Server",
  });
  const machine = {
    ...ids,
    personId: "",
    sourceId: newId(),
    certHash: nodePrimitives.sha256(certificate),
    signKeys,
    companyKeys: { publicKey: companyPublicKey, secretKey: new Uint8Array() },
    chunkIdKey,
    agentBoxPublicKey: boxKeys.publicKey,
  };
  await defineSource(portal, machine, sourceName);
  return machine;
}

async function defineSource({ deps }: TestPortal, machine: TestMachine, name: string): Promise<void> {
  const { companyId, machineId, sourceId, certHash, signKeys, companyKeys, agentBoxPublicKey } = machine;
  const definition = signSourceDefinition(nodePrimitives, {
    ...{ companyId, machineId, sourceId, number: 1, ordinal: 1 },
    secret: { name, paths: [Buffer.from("/data")], excludes: [] },
    companyPublicKey: companyKeys.publicKey,
    agent: { certHash: toHex(certHash), signSecretKey: signKeys.secretKey, boxPublicKey: agentBoxPublicKey },
  });
  const agent = await deps.store.findAgent(machine.agentId);
  if (agent === null) throw new Error("the agent was just enrolled");
  await putSource(deps, agent, definition);
}

/** Backs up a few bytes `count` times; the snapshot ids, oldest first. */
export async function backUpTestMachine(portal: TestPortal, machine: TestMachine, count: number): Promise<string[]> {
  const snapshotIds: string[] = [];
  let previousHeaderHash: Uint8Array = new Uint8Array(32);
  for (let sequence = 1; sequence <= count; sequence++) {
    const { deps } = portal;
    const run = await startTestRun(deps.store, machine, "zone1");
    const { companyId, agentId, machineId } = machine;
    const { runId, fencingToken, zoneId } = run;
    const identity = { companyId, agentId, machineId, runId, fencingToken, zoneId };
    const sealed = sealTestSnapshot(run, [nodeRandomness.bytes(1000)], { sequence, previousHeaderHash });
    for (const { packId, bytes, index } of [sealed.contentPack, sealed.metaPack]) {
      const objectKey = packObjectKey(companyId, { packKind: index.packKind, packId, tier: "backup" });
      await deps.zones.find(zoneId)?.backup.put(objectKey, [bytes], bytes.length, { sha256: fromHex(packId) });
      await recordPack(deps, identity, { packId, sizeBytes: bytes.length, index });
    }
    const committed = await commitSnapshot(deps, identity, sealed.manifest);
    snapshotIds.push(committed.snapshotId);
    previousHeaderHash = headerHashOf(nodePrimitives, sealed.manifest.subarray(0, SIGNED_HEADER_SIZE_BYTES));
  }
  return snapshotIds;
}
