import { encodeChangeListPage } from "../../../../engine/format/change-list.ts";
import type { PackMember } from "../../../../engine/format/pack-builder.ts";
import { parsePackDirectory } from "../../../../engine/format/pack-index.ts";
import { encodeTreePage } from "../../../../engine/format/tree-page.ts";
import { nodePrimitives, nodeRandomness } from "../../../../engine/primitives/node.ts";
import type { DomainDeps } from "../../../domain/domain-deps.ts";
import { recordPack } from "../../../domain/pack/record-pack.ts";
import { commitSnapshot } from "../../../domain/snapshot/commit-snapshot.ts";
import { packObjectKey } from "../../../domain/zone/object-keys.ts";
import { createLog } from "../../../platform/log.ts";
import {
  type CompanyWorld,
  newMember,
  sealPack,
  sealTestManifest,
  startTestRun,
} from "../../../testing/company-world.ts";
import { replicate } from "../../replication/replicate.ts";

type BackUpDeps = Pick<DomainDeps, "store" | "zones" | "primitives">;

/** One content pack of a snapshot, and the tree page that leads to it. */
export interface Part {
  readonly packId: string;
  readonly leafId: Uint8Array;
}

export interface TestBackup {
  readonly snapshotId: string;
  readonly commit: number;
  readonly parts: readonly Part[];
  readonly metaPackId: string;
}

export interface BackUpOptions {
  readonly newParts: number;
  readonly reused?: readonly Part[];
  /** The top page lies in an earlier pack than the pages that it leads to. */
  readonly isTopFirst?: boolean;
}

/** A snapshot of `newParts` fresh packs and of parts that earlier snapshots have sent, through the real use cases. */
export async function backUp(
  deps: BackUpDeps,
  world: CompanyWorld,
  { newParts, reused = [], isTopFirst = false }: BackUpOptions,
): Promise<TestBackup> {
  const run = await startTestRun(deps.store, world, "zone1");
  const { companyId, agentId, machineId } = world;
  const claims = {
    companyId,
    agentId,
    machineId,
    runId: run.runId,
    fencingToken: run.fencingToken,
    zoneId: run.zoneId,
  };
  const put = async (packKind: "content" | "meta", members: readonly PackMember[]) => {
    const { packId, bytes } = sealPack(run, packKind, members);
    await deps.zones
      .find("zone1")
      ?.backup.put(packObjectKey(companyId, { packKind, packId, tier: "backup" }), [bytes], bytes.length);
    await recordPack(deps, claims, { packId, sizeBytes: bytes.length, index: parsePackDirectory(bytes) });
    return packId;
  };
  const parts: Part[] = [];
  const leaves: PackMember[] = [];
  for (let at = 0; at < newParts; at++) {
    const chunks = [1, 2].map(() => newMember(world, 1, nodeRandomness.bytes(500)));
    const ids = chunks.map(({ id }) => id);
    const items = chunks.map(({ id, plain }) => ({ kind: "content", sizeBytes: plain.length, chunkId: id }) as const);
    const leaf = newMember(world, 2, encodeTreePage({ type: "chunk-list-leaf", items }), ids);
    leaves.push(leaf);
    parts.push({ packId: await put("content", chunks), leafId: leaf.id });
  }
  const children = [...reused, ...parts].map(({ leafId }) => leafId);
  const rows = children.map((pageId) => ({ coveredBytes: 1_000, pageId }));
  const top = newMember(world, 2, encodeTreePage({ type: "chunk-list-index", rows }), children);
  // Of this snapshot alone, and without a parent, so that it leads to no other snapshot's pages.
  const file = { op: "present", entryType: "file", sizeBytes: 1, mtimeSeconds: 1, mtimeNanoseconds: 0 } as const;
  const named = {
    pathHash: nodeRandomness.bytes(16),
    path: Buffer.from("a"),
    contentFingerprint: nodeRandomness.bytes(16),
  };
  const changeList = newMember(
    world,
    3,
    encodeChangeListPage({ type: "change-list-leaf", rows: [{ ...file, ...named }] }),
  );
  const metaPackId = await put("meta", isTopFirst ? [top, changeList] : [...leaves, top, changeList]);
  if (isTopFirst) await put("meta", leaves);
  const agent = await deps.store.findAgent(agentId);
  const manifest = sealTestManifest(run, {
    ...{ topPageId: top.id, changeListId: changeList.id, fileCount: 1, contentBytes: 1_000 },
    sequence: (agent?.lastSequence ?? 0) + 1,
    previousHeaderHash: agent?.lastHeaderHash ?? new Uint8Array(32),
  });
  const { snapshotId, commit } = await commitSnapshot(deps, claims, manifest);
  return { snapshotId, commit, parts: [...reused, ...parts], metaPackId };
}

export const silentLog = createLog("test");
silentLog.level = "silent";

/** One step of replication into a zone, as the worker does it. */
export function copyInto(deps: BackUpDeps, companyId: string, zoneId: string) {
  return replicate(
    { deps: { ...deps, primitives: nodePrimitives }, owner: "test", log: silentLog, now: () => new Date() },
    companyId,
    zoneId,
  );
}
