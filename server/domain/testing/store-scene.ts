import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { ChunkKind } from "../../../engine/ports/chunk-index.ts";
import { newId } from "../../platform/ids.ts";
import type { KeyObject, KeyObjectKind } from "../store/account-store.ts";
import type { NewSnapshot, Publication } from "../store/commit-store.ts";
import type { NewPack } from "../store/pack-store.ts";
import type { RunLease } from "../store/run-store.ts";
import type { Store } from "../store/store.ts";

/** Builders for tests of the store: rows that a company needs before anything can be backed up, with random ids. */
export interface Scene {
  readonly companyId: string;
  readonly ownerId: string;
  readonly machineId: string;
  readonly agentId: string;
  readonly sourceId: string;
  readonly certHash: Uint8Array;
  readonly emailOfOwner: string;
}

export const ZONE_1 = "zone1";
export const ZONE_2 = "zone2";
export const LEASE_MS = 60_000;
/** For runs that are not to be refused. */
export const NO_BOUND = { maxOtherRuns: 1_000, putOffMs: 60_000, mustEndAt: null } as const;

export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

export function bytes(sizeBytes: number): Uint8Array {
  return new Uint8Array(randomBytes(sizeBytes));
}

export const newUuid = (): string => randomUUID();

export function keyObject(companyId: string, kind: KeyObjectKind, number: number): KeyObject {
  const content = bytes(64);
  const hash = sha256(content);
  const hex = Buffer.from(hash).toString("hex");
  return { kind, number, hash, bytes: content, objectKey: `companies/${companyId}/keys/${kind}/${number}-${hex}` };
}

export async function registerZones(store: Store): Promise<void> {
  await store.registerZone({ zoneId: ZONE_1, ordinal: 1, zoneKind: "memory" });
  await store.registerZone({ zoneId: ZONE_2, ordinal: 2, zoneKind: "memory" });
}

export interface InvitedCompany {
  readonly companyId: string;
  readonly invitationId: string;
  readonly authHash: Uint8Array;
  readonly email: string;
}

export async function inviteCompany(store: Store, name = "Clayworks"): Promise<InvitedCompany> {
  const companyId = newUuid();
  const invitationId = newUuid();
  const authHash = bytes(32);
  const email = `${companyId}@example.com`;
  const invitation = { invitationId, email, role: "owner", authHash, lifetimeMs: 60_000 } as const;
  await store.createCompany({ companyId, name, invitation, byPersonId: newUuid() });
  return { companyId, invitationId, authHash, email };
}

export function acceptanceOf({ companyId, invitationId, authHash }: InvitedCompany) {
  return {
    invitationId,
    authHash,
    personId: newUuid(),
    passwordHash: "$argon2id$",
    memberBlob: bytes(100),
    rootFingerprint: bytes(32),
    objects: [keyObject(companyId, "log", 0), keyObject(companyId, "log", 1), keyObject(companyId, "wrap", 0)],
  };
}

/** A company with an owner, one enrolled machine and one source. */
export async function createScene(store: Store): Promise<Scene> {
  const invited = await inviteCompany(store);
  const { companyId } = invited;
  const accepted = acceptanceOf(invited);
  await store.acceptInvitation(companyId, accepted);
  const enrolled = await enrolMachine(store, companyId);
  const ownerId = accepted.personId;
  return { companyId, ownerId, emailOfOwner: invited.email, ...enrolled };
}

export async function createEnrolment(store: Store, companyId: string): Promise<string> {
  const head = await store.findLogHead(companyId);
  if (head === null) throw new Error("the company has no log");
  const enrolmentId = newUuid();
  const outcome = await store.createEnrolment(companyId, {
    enrolmentId,
    payload: bytes(200),
    enrolmentPublicKey: bytes(32),
    expiresAt: new Date(Date.now() + 60_000),
    machineNameHint: null,
    log: { expectedHead: head, statements: [keyObject(companyId, "log", head.number + 1)], byPersonId: null },
  });
  if (outcome.kind !== "appended") throw new Error(outcome.kind);
  return enrolmentId;
}

/** An enrolled machine with one source. */
export async function enrolMachine(
  store: Store,
  companyId: string,
): Promise<Pick<Scene, "machineId" | "agentId" | "sourceId" | "certHash">> {
  const enrolmentId = await createEnrolment(store, companyId);
  const [agentId, machineId, sourceId] = [newUuid(), newUuid(), newUuid()];
  const certificate = keyObject(companyId, "agent", 0);
  const keys = { signPublicKey: bytes(32), boxPublicKey: bytes(32) };
  const agent = { enrolmentId, agentId, machineId, machineName: "Front desk", ...keys, certificate };
  const enrolled = await store.completeEnrolment(companyId, agent);
  if (enrolled !== "completed") throw new Error(enrolled);
  const definition = keyObject(companyId, "source", 1);
  const source = { sourceId, machineId, agentId, sourceKind: "files", ordinal: 1, number: 1, definition } as const;
  const put = await store.putSource(companyId, source);
  if (put !== "stored") throw new Error(put);
  return { machineId, agentId, sourceId, certHash: certificate.hash };
}

/** Ids are listed in the order in which runs begin, however fast the test is. */
let runsOpened = 0;

export async function openRun(
  store: Store,
  scene: Scene,
  { leaseMs = LEASE_MS, at = new Date(1_700_000_000_000 + runsOpened++) } = {},
): Promise<RunLease> {
  const { agentId, machineId, sourceId } = scene;
  const runId = newId(at);
  const run = { runId, clientRunId: newUuid(), agentId, machineId, sourceId, zoneId: ZONE_1, leaseMs, ...NO_BOUND };
  const outcome = await store.startRun(scene.companyId, run);
  if (outcome.kind !== "started") throw new Error(outcome.kind);
  return { runId: outcome.runId, fencingToken: outcome.fencingToken };
}

export function packOf(scene: Pick<Scene, "machineId">, chunkIds: readonly Uint8Array[], kind: ChunkKind = 1): NewPack {
  return {
    packId: Buffer.from(bytes(32)).toString("hex"),
    packKind: kind === 1 ? "content" : "meta",
    scope: 0,
    sizeBytes: 100_000,
    directoryOffset: 90_000,
    directorySizeBytes: 9_984,
    machineId: scene.machineId,
    members: {
      chunkIds: new Uint8Array(Buffer.concat(chunkIds)),
      frames: chunkIds.map((_, at) => at >> 2),
      kinds: chunkIds.map(() => kind),
    },
  };
}

export function snapshotOf(scene: Scene, sequence: number, previousHeaderHash: Uint8Array): NewSnapshot {
  const header = bytes(364);
  const headerHash = sha256(header);
  const { agentId, machineId, sourceId } = scene;
  return {
    snapshotId: Buffer.from(headerHash.subarray(0, 16)).toString("hex"),
    scope: 0,
    agentId,
    machineId,
    sourceId,
    sequence,
    previousHeaderHash,
    headerHash,
    header,
    topPageId: bytes(32),
    changeListId: bytes(32),
    epoch: 1,
    startedAt: new Date(1_700_000_000_000),
    endedAt: new Date(1_700_000_100_000),
    counts: { entries: 3, files: 2, bytes: 1000, gaps: 0 },
    manifestSizeBytes: 500,
    manifestSha256: bytes(32),
  };
}

export function publicationOf(commit: number, snapshot: NewSnapshot, change: Partial<Publication> = {}): Publication {
  const object = (kind: "manifest" | "receipt" | "header") =>
    ({ kind, objectKey: `${kind}/${snapshot.snapshotId}/${commit}`, sizeBytes: 500, sha256: bytes(32) }) as const;
  return {
    commit,
    zoneId: ZONE_1,
    snapshot,
    generation: 1,
    rescuePackIds: [],
    closedPageIds: new Uint8Array(0),
    objects: [object("manifest"), object("receipt"), object("header")],
    ...change,
  };
}

/** Runs, reserves and publishes one snapshot; the chain goes on from `previous`. */
export async function publishSnapshot(
  store: Store,
  scene: Scene,
  previous: { readonly sequence: number; readonly headerHash: Uint8Array } | null,
  { gaps = 0, ...change }: Partial<Publication> & { readonly gaps?: number } = {},
): Promise<{ readonly snapshot: NewSnapshot; readonly commit: number; readonly lease: RunLease }> {
  const lease = await openRun(store, scene);
  const shown = snapshotOf(scene, (previous?.sequence ?? 0) + 1, previous?.headerHash ?? new Uint8Array(32));
  const snapshot = { ...shown, counts: { ...shown.counts, gaps } };
  const reserved = await store.reserveCommit(scene.companyId, lease, snapshot);
  if (reserved.kind !== "reserved") throw new Error(reserved.kind);
  const { generation } = await store.getClosure(scene.companyId);
  const publication = publicationOf(reserved.commit, snapshot, { generation, ...change });
  const published = await store.publishCommit(scene.companyId, lease, publication);
  if (published.kind !== "published") throw new Error(published.kind);
  return { snapshot, commit: reserved.commit, lease };
}
