import { toHex } from "../../engine/codec/hex.ts";
import { encodeChangeListPage } from "../../engine/format/change-list.ts";
import { FrameScratch } from "../../engine/format/frame.ts";
import { sealManifest } from "../../engine/format/manifest.ts";
import { type FinishedPack, PackBuilder, type PackMember } from "../../engine/format/pack-builder.ts";
import { type Slot, signSlot } from "../../engine/format/slot.ts";
import { encodeTreePage } from "../../engine/format/tree-page.ts";
import { chunkId } from "../../engine/ids/chunk-id.ts";
import { sealTo } from "../../engine/keys/sealed-box.ts";
import type { ChunkKind } from "../../engine/ports/chunk-index.ts";
import type { KeyPair } from "../../engine/ports/primitives.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import type { KeyObject } from "../domain/store/account-store.ts";
import type { RunLease } from "../domain/store/run-store.ts";
import type { Store } from "../domain/store/store.ts";
import { keyObjectKey } from "../domain/zone/object-keys.ts";
import { newId } from "../platform/ids.ts";

/** A company with one member, one machine, one agent and one source, made through the store alone. */
export interface CompanyWorld {
  readonly companyId: string;
  readonly personId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly sourceId: string;
  readonly certHash: Uint8Array;
  readonly signKeys: KeyPair;
  readonly companyKeys: KeyPair;
  readonly chunkIdKey: Uint8Array;
}

export async function createCompanyWorld(store: Store): Promise<CompanyWorld> {
  const { sha256, boxKeyPair, signKeyPair } = nodePrimitives;
  const [companyId, personId, agentId, machineId, sourceId] = [newId(), newId(), newId(), newId(), newId()];
  const [staffId, enrolmentId, invitationId] = [newId(), newId(), newId()];
  const authHash = sha256(nodeRandomness.bytes(32));
  await store.createStaff({ personId: staffId, email: `${staffId}@x.test`, role: "admin", passwordHash: "x" });
  const invited = { invitationId, email: `${companyId}@x.test`, role: "owner", authHash, lifetimeMs: 60_000 } as const;
  await store.createCompany({ companyId, name: companyId, invitation: invited, byPersonId: staffId });
  const genesis = newKeyObject(companyId, "log", 0);
  const secrets = { passwordHash: "x", memberBlob: new Uint8Array(100), rootFingerprint: sha256(genesis.bytes) };
  const accepted = { invitationId, authHash, personId, ...secrets, objects: [genesis] };
  await store.acceptInvitation(companyId, accepted);
  const log = { expectedHead: genesis, statements: [newKeyObject(companyId, "log", 1)], byPersonId: null };
  const expiresAt = new Date(Date.now() + 60_000);
  const sealed = { payload: new Uint8Array(100), enrolmentPublicKey: nodeRandomness.bytes(32) };
  await store.createEnrolment(companyId, { enrolmentId, ...sealed, expiresAt, machineNameHint: null, log });
  const signKeys = signKeyPair(nodeRandomness.bytes(32));
  const keys = { signPublicKey: signKeys.publicKey, boxPublicKey: nodeRandomness.bytes(32) };
  const certificate = newKeyObject(companyId, "agent", 0);
  const agent = { enrolmentId, agentId, machineId, machineName: "m", ...keys, certificate };
  await store.completeEnrolment(companyId, agent);
  const definition = newKeyObject(companyId, "source", 1, sourceId);
  const source = { sourceId, machineId, agentId, sourceKind: "files", ordinal: 1, number: 1, definition } as const;
  await store.putSource(companyId, source);
  const companyKeys = boxKeyPair(nodeRandomness.bytes(32));
  const ids = { companyId, personId, agentId, machineId, sourceId };
  return { ...ids, certHash: certificate.hash, signKeys, companyKeys, chunkIdKey: nodeRandomness.bytes(32) };
}

function newKeyObject(companyId: string, kind: KeyObject["kind"], number: number, subjectId = ""): KeyObject {
  const bytes = nodeRandomness.bytes(80);
  const hash = nodePrimitives.sha256(bytes);
  return { kind, number, hash, bytes, objectKey: keyObjectKey(companyId, { kind, number, hash }, subjectId) };
}

/** A run with what its agent needs to write packs and a manifest. */
export interface TestRun extends RunLease {
  readonly world: CompanyWorld;
  readonly zoneId: string;
  readonly slot: Slot;
  readonly dataKey: Uint8Array;
}

export async function startTestRun(store: Store, world: CompanyWorld, zoneId: string): Promise<TestRun> {
  const { companyId, agentId, machineId, sourceId } = world;
  const runId = newId();
  const bounds = { leaseMs: 120_000, maxOtherRuns: 100, putOffMs: 0, mustEndAt: null };
  const run = { runId, clientRunId: newId(), agentId, machineId, sourceId, zoneId, ...bounds };
  const started = await store.startRun(companyId, run);
  if (started.kind !== "started") throw new Error(started.kind);
  const dataKey = nodeRandomness.bytes(32);
  const box = { publicKey: world.companyKeys.publicKey, purpose: "data-key", secret: dataKey };
  const place = { companyId, scope: 0, runId, agentCertHash: world.certHash, epoch: 1 };
  const sealedDataKey = sealTo(nodePrimitives, box);
  const slot = signSlot(nodePrimitives, world.signKeys.secretKey, { ...place, sealedDataKey });
  return { world, zoneId, runId, fencingToken: started.fencingToken, slot, dataKey };
}

/** A member of any kind, named under the company's chunk-id key. */
export function newMember(
  world: CompanyWorld,
  kind: ChunkKind,
  plain: Uint8Array,
  childIds: readonly Uint8Array[] = [],
): PackMember {
  return { kind, id: chunkId(nodePrimitives, world.chunkIdKey, kind, plain), plain, childIds };
}

export function sealPack(run: TestRun, packKind: "content" | "meta", members: readonly PackMember[]): FinishedPack {
  const { companyId, chunkIdKey } = run.world;
  const builder = new PackBuilder({
    primitives: nodePrimitives,
    randomness: nodeRandomness,
    companyId,
    scope: 0,
    dataKey: run.dataKey,
    chunkIdKey,
    scratch: new FrameScratch(),
    verify: "opened",
    packKind,
    slot: run.slot,
    buffer: new Uint8Array(8 * 1024 * 1024),
  });
  for (const member of members) builder.add(member);
  const pack = builder.finish();
  if (!pack) throw new Error("a pack without members");
  return pack;
}

/** A snapshot of one chunk list over `content`: the packs to send, and the manifest to commit. */
export function sealTestSnapshot(
  run: TestRun,
  content: readonly Uint8Array[],
  chain?: { sequence: number; previousHeaderHash: Uint8Array },
) {
  const { world } = run;
  const chunks = content.map((plain) => newMember(world, 1, plain));
  const items = chunks.map(({ id, plain }) => ({ kind: "content", sizeBytes: plain.length, chunkId: id }) as const);
  const ids = chunks.map((chunk) => chunk.id);
  const top = newMember(world, 2, encodeTreePage({ type: "chunk-list-leaf", items }), ids);
  const changes = { type: "change-list-top", form: "baseline", parentId: null, leaves: [] } as const;
  const changeList = newMember(world, 3, encodeChangeListPage(changes));
  const counts = { fileCount: 1, contentBytes: content.reduce((sum, plain) => sum + plain.length, 0) };
  const manifest = sealTestManifest(run, { topPageId: top.id, changeListId: changeList.id, ...counts, ...chain });
  return {
    contentPack: sealPack(run, "content", chunks),
    metaPack: sealPack(run, "meta", [top, changeList]),
    manifest,
  };
}

/** A manifest over pages that were sent; the first of its agent, unless it continues a chain. */
export function sealTestManifest(
  run: TestRun,
  of: {
    readonly topPageId: Uint8Array;
    readonly changeListId: Uint8Array;
    readonly fileCount: number;
    readonly contentBytes: number;
    readonly sequence?: number;
    readonly previousHeaderHash?: Uint8Array;
  },
): Uint8Array {
  const { companyId, machineId, sourceId, certHash, signKeys } = run.world;
  const writer = { primitives: nodePrimitives, randomness: nodeRandomness, agentSecretKey: signKeys.secretKey };
  return sealManifest(
    { ...writer, slot: run.slot, dataKey: run.dataKey },
    {
      ...{ companyId, scope: 0, machineId, sourceId, runId: run.runId, agentCertHash: certHash, epoch: 1 },
      ...{ sequence: 1, previousHeaderHash: new Uint8Array(32), startedAtMs: Date.now(), endedAtMs: Date.now() },
      ...{ entryCount: 1, gapCount: 0, ...of },
    },
    { sourceName: "test", paths: [Buffer.from("/data")], excludes: [], host: "host", gaps: [] },
  );
}

/** Hex of the SHA-256 of bytes. */
export function hashHex(bytes: Uint8Array): string {
  return toHex(nodePrimitives.sha256(bytes));
}
