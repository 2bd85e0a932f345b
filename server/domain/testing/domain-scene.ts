import { toHex } from "../../../engine/codec/hex.ts";
import { headerHashOf, sealManifest } from "../../../engine/format/manifest.ts";
import { parsePackDirectory } from "../../../engine/format/pack-index.ts";
import { type Slot, signSlot } from "../../../engine/format/slot.ts";
import { signAgentCertificate } from "../../../engine/keys/agent-certificate.ts";
import { type CreatedCompanyKeys, createCompanyKeys } from "../../../engine/keys/company-keys.ts";
import { createEnrolment as makeEnrolment, openEnrolment as openPayload } from "../../../engine/keys/enrolment.ts";
import { inviteAuth, inviteAuthHash } from "../../../engine/keys/link-secret.ts";
import { sealTo } from "../../../engine/keys/sealed-box.ts";
import { signSourceDefinition } from "../../../engine/keys/source-definition.ts";
import { cheapPrimitives } from "../../../engine/keys/testing/company-fixture.ts";
import type { KeyPair } from "../../../engine/ports/primitives.ts";
import { nodeRandomness } from "../../../engine/primitives/node.ts";
import { newId } from "../../platform/ids.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import { acceptInvitation } from "../company/accept-invitation.ts";
import { createCompany } from "../company/create-company.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { completeEnrolment } from "../enrolment/complete-enrolment.ts";
import { createEnrolment } from "../enrolment/create-enrolment.ts";
import { openEnrolment } from "../enrolment/open-enrolment.ts";
import { recordPack } from "../pack/record-pack.ts";
import { createFirstStaff } from "../person/create-first-staff.ts";
import type { RunIdentity } from "../run/lease.ts";
import { startRun } from "../run/start-run.ts";
import { putSource } from "../source/put-source.ts";
import type { AgentRow } from "../store/key-store.ts";
import type { Store } from "../store/store.ts";
import { packObjectKey } from "../zone/object-keys.ts";
import type { ZoneHandle } from "../zone/zone-set.ts";
import { buildPack, type PackFrame } from "./build-pack.ts";

/** What a scene draws its keys, ids and moments from; the same source gives the same scene. */
export interface SceneSource extends Pick<DomainDeps, "primitives" | "randomness" | "newId"> {
  readonly now: () => Date;
}

const REAL: SceneSource = {
  primitives: cheapPrimitives,
  randomness: nodeRandomness,
  newId: () => newId(),
  now: () => new Date(),
};

export interface DomainScene {
  readonly deps: DomainDeps;
  readonly now: () => Date;
  readonly zoneObjects: ReadonlyMap<string, Map<string, Uint8Array>>;
  readonly companyId: string;
  readonly ownerId: string;
  readonly keys: CreatedCompanyKeys;
}

/** The real use cases over any store, with two zones (in memory, unless others are given); a provider, a company, and its keys made client-side. */
export async function createDomainScene(
  store: Store,
  given?: readonly ZoneHandle[],
  source: SceneSource = REAL,
): Promise<DomainScene> {
  const zoneObjects = new Map([
    ["zone1", new Map<string, Uint8Array>()],
    ["zone2", new Map<string, Uint8Array>()],
  ]);
  const inMemory = [...zoneObjects].map(([zoneId, objects], at): ZoneHandle => {
    const zone = createMemoryZone({ zoneId, primitives: source.primitives, objects });
    const archive = createMemoryZone({ zoneId, primitives: source.primitives });
    return { zoneId, ordinal: at + 1, backup: zone, archive, state: "healthy" };
  });
  const handles = given ?? inMemory;
  const [first] = handles;
  if (!first) throw new Error("no zone");
  for (const { zoneId, ordinal } of handles) await store.registerZone({ zoneId, ordinal, zoneKind: "memory" });
  const passwords = {
    hashPassword: async (password: string) => `$plain$${password}`,
    isPasswordOf: async (hash: string | null, password: string) => hash === `$plain$${password}`,
  };
  const zones = {
    all: () => handles,
    find: (zoneId: string) => handles.find((handle) => handle.zoneId === zoneId) ?? null,
    primaryFor: async (_companyId: string, avoided: readonly string[] = []) =>
      handles.find(({ zoneId }) => !avoided.includes(zoneId)) ?? first,
  };
  const { now, ...tools } = source;
  const deps: DomainDeps = { store, zones, ...tools, passwords };
  return { deps, now, zoneObjects, ...(await foundCompany(deps, now)) };
}

async function foundCompany(
  deps: DomainDeps,
  now: () => Date,
): Promise<Pick<DomainScene, "companyId" | "ownerId" | "keys">> {
  const byPersonId = await foundProvider(deps);
  const secret = deps.randomness.bytes(32);
  const invited = await createCompany(deps, {
    name: "Clayworks",
    ownerEmail: `${deps.newId()}@example.com`,
    inviteAuthHash: inviteAuthHash(deps.primitives, secret),
    lifetimeMs: 60_000,
    byPersonId,
  });
  const ownerId = deps.newId();
  const { companyId, invitationId } = invited;
  const keys = await createCompanyKeys(deps, {
    companyId,
    memberId: ownerId,
    passphrase: "six words",
    at: now(),
  });
  const { memberBlob, log, wraps } = keys;
  const auth = inviteAuth(deps.primitives, secret);
  const mine = { password: "an owner's password", memberId: ownerId, memberBlob, log, wraps };
  await acceptInvitation(deps, { invitationId, inviteAuth: auth, ...mine });
  return { companyId, ownerId, keys };
}

/** The provider's first account, or, where there is one from another scene, a further one. */
async function foundProvider(deps: DomainDeps): Promise<string> {
  const email = `${deps.newId()}@example.com`;
  if (!(await deps.store.findProvider())?.hasStaff) {
    const staff = { email, password: "a staff password", providerName: "Harbour IT" };
    return (await createFirstStaff(deps, staff)).personId;
  }
  const personId = deps.newId();
  await deps.store.createStaff({ personId, email, role: "admin", passwordHash: "$plain$" });
  return personId;
}

export interface TestAgent {
  readonly row: AgentRow;
  readonly sign: KeyPair;
  readonly sourceId: string;
}

/** Enrols a machine of the company's by link, as an agent does, and puts one source. */
export async function enrolTestAgent({ deps, now, companyId, ownerId, keys }: DomainScene): Promise<TestAgent> {
  const { primitives, randomness, newId } = deps;
  const enrolmentId = newId();
  const expiresAt = new Date(now().getTime() + 60_000);
  const head = await deps.store.findLogHead(companyId);
  const log = { ...keys.owner.log, head: head ? { number: head.number, hash: toHex(head.hash) } : keys.owner.log.head };
  const owner = { ...keys.owner, log };
  const made = makeEnrolment(deps, { owner, enrolmentId, at: now(), expiresAt });
  const { payload, statement, secret } = made;
  const kept = { enrolmentId, payload, statement, expiresAt, machineNameHint: null, byPersonId: ownerId };
  await createEnrolment(deps, companyId, kept);
  const shown = await openEnrolment(deps, enrolmentId);
  const opened = openPayload(primitives, {
    enrolmentId,
    secret,
    payload: shown.payload,
    log: shown.log,
    now: now(),
  });
  const sign = primitives.signKeyPair(randomness.bytes(32));
  const box = primitives.boxKeyPair(randomness.bytes(32));
  const certificate = signAgentCertificate(primitives, {
    enrolmentKey: opened.enrolmentKeys,
    companyId,
    enrolmentId,
    agentId: newId(),
    machineId: newId(),
    signPublicKey: sign.publicKey,
    boxPublicKey: box.publicKey,
    at: now(),
  });
  const enrolled = await completeEnrolment(deps, { enrolmentId, certificate, machineName: "Front desk" });
  const row = await deps.store.findAgent(enrolled.agentId);
  if (row === null) throw new Error("the agent is not there");
  const definition = signSourceDefinition(primitives, {
    companyId,
    machineId: row.machineId,
    sourceId: newId(),
    number: 1,
    ordinal: 1,
    secret: { name: "Home", paths: [new TextEncoder().encode("/home")], excludes: [] },
    companyPublicKey: randomBox(deps).publicKey,
    agent: { certHash: toHex(row.certHash), signSecretKey: sign.secretKey, boxPublicKey: box.publicKey },
  });
  const { sourceId } = await putSource(deps, row, definition);
  return { row, sign, sourceId };
}

function randomBox({ primitives, randomness }: DomainDeps): KeyPair {
  return primitives.boxKeyPair(randomness.bytes(32));
}

export interface TestRun {
  readonly identity: RunIdentity;
  readonly slot: Slot;
  readonly dataKey: Uint8Array;
}

export async function openTestRun({ deps, companyId }: DomainScene, agent: TestAgent): Promise<TestRun> {
  const { sourceId, row } = agent;
  const started = await startRun(deps, row, { sourceId, clientRunId: deps.newId() });
  const { runId, fencingToken, zoneId } = started;
  const dataKey = deps.randomness.bytes(32);
  const slot = signSlot(deps.primitives, agent.sign.secretKey, {
    companyId,
    scope: 0,
    runId,
    agentCertHash: row.certHash,
    epoch: started.epoch,
    sealedDataKey: sealTo(deps.primitives, {
      publicKey: randomBox(deps).publicKey,
      purpose: "data-key",
      secret: dataKey,
    }),
  });
  const identity = { companyId, agentId: row.agentId, machineId: row.machineId, runId, fencingToken, zoneId };
  return { identity, slot, dataKey };
}

/** Stores one pack in the run's zone and records it, as the gateway does. Answers its id. */
export async function sendPack(
  { deps, companyId }: DomainScene,
  run: TestRun,
  frames: readonly PackFrame[],
): Promise<string> {
  const pack = buildPack({ companyId, slot: run.slot, frames, randomness: deps.randomness });
  const index = parsePackDirectory(pack);
  const packId = toHex(deps.primitives.sha256(pack));
  const zone = deps.zones.find(run.identity.zoneId);
  await zone?.backup.put(
    packObjectKey(companyId, { packKind: index.packKind, packId, tier: "backup" }),
    [pack],
    pack.length,
  );
  await recordPack(deps, run.identity, { packId, sizeBytes: pack.length, index });
  return packId;
}

export interface ManifestChange {
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
  readonly sequence?: number;
  readonly previousHeaderHash?: Uint8Array;
  readonly gapCount?: number;
  readonly companyId?: string;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

/** A manifest that the agent signed for this run; continues nothing unless told. */
export function manifestOf(scene: DomainScene, agent: TestAgent, run: TestRun, change: ManifestChange): Uint8Array {
  const { primitives, randomness } = scene.deps;
  const writer = { primitives, randomness, agentSecretKey: agent.sign.secretKey, slot: run.slot, dataKey: run.dataKey };
  const header = {
    companyId: scene.companyId,
    scope: 0,
    machineId: agent.row.machineId,
    sourceId: agent.sourceId,
    runId: run.identity.runId,
    agentCertHash: agent.row.certHash,
    sequence: 1,
    previousHeaderHash: new Uint8Array(32),
    epoch: 1,
    startedAtMs: scene.now().getTime() - 1000,
    endedAtMs: scene.now().getTime(),
    entryCount: 3,
    fileCount: 2,
    contentBytes: 1000,
    gapCount: 0,
    ...change,
  };
  const body = { sourceName: "Home", paths: [], excludes: [], host: "front-desk", gaps: [] };
  return sealManifest(writer, header, body);
}

export function headerHashOfManifest({ deps }: DomainScene, manifest: Uint8Array): Uint8Array {
  return headerHashOf(deps.primitives, manifest.subarray(0, 364));
}
