import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { toHex } from "../../../../engine/codec/hex.ts";
import { parsePackDirectory } from "../../../../engine/format/pack-index.ts";
import type { Zone } from "../../../../engine/ports/zone.ts";
import { nodePrimitives } from "../../../../engine/primitives/node.ts";
import { runDirectoriesOf } from "../../../domain/pack/run-directories.ts";
import { endRun } from "../../../domain/run/end-run.ts";
import { commitSnapshot } from "../../../domain/snapshot/commit-snapshot.ts";
import type { Store } from "../../../domain/store/store.ts";
import type { PackFrame } from "../../../domain/testing/build-pack.ts";
import {
  type DomainScene,
  headerHashOfManifest,
  manifestOf,
  openTestRun,
  sendPack,
  type TestAgent,
  type TestRun,
} from "../../../domain/testing/domain-scene.ts";
import type { ZoneHandle } from "../../../domain/zone/zone-set.ts";
import { createLog } from "../../../platform/log.ts";
import { FIRST_TERM_KEY, termBytes } from "../../../zones/control-term.ts";
import { replicate } from "../../replication/replicate.ts";
import { DriftWatch } from "../read-evidence.ts";
import { type SweepOptions, type SweepResult, sweep } from "../sweep.ts";

const log = createLog("test");
log.level = "silent";

export const newId32 = (): Uint8Array => new Uint8Array(randomBytes(32));

/** What one machine backs up: two folders' pages over content, and a change list. */
export interface TestTree {
  readonly content: readonly Uint8Array[];
  readonly leaf: Uint8Array;
  readonly topPageId: Uint8Array;
  readonly changeLeaf: Uint8Array;
  readonly changeListId: Uint8Array;
}

export function newTree(content: readonly Uint8Array[]): TestTree {
  const [leaf, topPageId, changeLeaf, changeListId] = [newId32(), newId32(), newId32(), newId32()];
  return { content, leaf, topPageId, changeLeaf, changeListId };
}

export const contentFrames = (ids: readonly Uint8Array[]): PackFrame[] => [
  { kind: 1, members: ids.map((id) => ({ id })) },
];

export const pageFrames = (tree: TestTree): PackFrame[] => [
  {
    kind: 2,
    members: [
      { id: tree.leaf, childIds: tree.content },
      { id: tree.topPageId, childIds: [tree.leaf] },
    ],
  },
  { kind: 3, members: [{ id: tree.changeLeaf }, { id: tree.changeListId, childIds: [tree.changeLeaf] }] },
];

/** Everything that a snapshot of the tree reaches. */
export function idsOf({ content, leaf, topPageId, changeLeaf, changeListId }: TestTree): readonly Uint8Array[] {
  return [...content, leaf, topPageId, changeLeaf, changeListId];
}

/** Where the agent's chain of manifests stands. */
export interface Chain {
  sequence: number;
  previousHeaderHash: Uint8Array;
}

export const newChain = (): Chain => ({ sequence: 0, previousHeaderHash: new Uint8Array(32) });

export interface CommitInput {
  readonly agent: TestAgent;
  readonly run: TestRun;
  readonly tree: TestTree;
  readonly chain: Chain;
}

/** Commits the tree by the real use case, and moves the chain. */
export async function commitTree(scene: DomainScene, { agent, run, tree, chain }: CommitInput): Promise<number> {
  const { topPageId, changeListId } = tree;
  const place = { sequence: chain.sequence + 1, previousHeaderHash: chain.previousHeaderHash };
  const manifest = manifestOf(scene, agent, run, { topPageId, changeListId, ...place });
  const { commit } = await commitSnapshot(scene.deps, run.identity, manifest);
  chain.sequence += 1;
  chain.previousHeaderHash = headerHashOfManifest(scene, manifest);
  return commit;
}

/** A whole backup. */
export async function backUp(scene: DomainScene, agent: TestAgent, chain: Chain, content: readonly Uint8Array[]) {
  const run = await openTestRun(scene, agent);
  const tree = newTree(content);
  const packIds = [await sendPack(scene, run, contentFrames(content)), await sendPack(scene, run, pageFrames(tree))];
  const commit = await commitTree(scene, { agent, run, tree, chain });
  return { commit, tree, packIds };
}

/** A run that sent a pack of content and one of pages. */
export async function sendHalf(scene: DomainScene, agent: TestAgent, content: readonly Uint8Array[]) {
  const run = await openTestRun(scene, agent);
  const tree = newTree(content);
  const packIds = [await sendPack(scene, run, contentFrames(content)), await sendPack(scene, run, pageFrames(tree))];
  return { run, tree, packIds };
}

/** As after the death of a gateway: nothing of the run is remembered, and it ends. */
export async function endTestRun({ deps }: DomainScene, agent: TestAgent, run: TestRun): Promise<void> {
  runDirectoriesOf(deps.store).forget(run.identity.runId);
  await endRun(deps, agent.row, { ...run.identity, outcome: "failed", code: "source_unreadable" });
}

export async function writeTerm(zone: Zone): Promise<void> {
  const bytes = termBytes(1);
  await zone.put(FIRST_TERM_KEY, [bytes], bytes.length);
}

export function sweepOptionsOf(
  scene: DomainScene,
  { store, ...change }: Partial<SweepOptions> & { readonly store: Store },
): SweepOptions {
  const zones = scene.deps.zones;
  return {
    deps: { store, zones, primitives: nodePrimitives },
    owner: "test",
    log,
    now: () => new Date(),
    drift: new DriftWatch(),
    controlTerm: async () => 1,
    awaitJournal: async () => true,
    graceMs: 0,
    restMs: 0,
    frameBytes: 512 * 1024,
    ...change,
  };
}

/** Steps until the round is over. */
export async function sweepWhole(options: SweepOptions, companyId: string): Promise<SweepResult> {
  for (let steps = 0; steps < 100; steps++) {
    const result = await sweep(options, companyId);
    if (result.kind !== "more") return result;
  }
  throw new Error("a sweep without end");
}

export async function copyTo(scene: DomainScene, store: Store, zoneId: string): Promise<void> {
  const deps = { ...scene.deps, store };
  await replicate({ deps, owner: "test", log, now: () => new Date() }, scene.companyId, zoneId);
}

/**
 * What somebody who has only this zone's objects finds: every id that the tree reaches lies in a pack there, whole and under its name.
 */
export async function expectWholeIn(zone: ZoneHandle, companyId: string, trees: readonly TestTree[]): Promise<void> {
  await expectWholeBase(zone.backup, companyId, trees);
}

/** The same of one base. */
export async function expectWholeBase(base: Zone, companyId: string, trees: readonly TestTree[]): Promise<void> {
  const found = new Set<string>();
  for (const folder of ["packs", "meta"]) {
    for (const { key } of await base.list(`companies/${companyId}/${folder}/`, { limit: 1_000 })) {
      const parts: Uint8Array[] = [];
      for await (const part of await base.get(key)) parts.push(part);
      const bytes = new Uint8Array(Buffer.concat(parts));
      expect(toHex(nodePrimitives.sha256(bytes))).toBe(key.slice(-64));
      for (const frame of parsePackDirectory(bytes).frames) for (const id of frame.memberIds) found.add(toHex(id));
    }
  }
  const lacking = trees.flatMap((tree) => idsOf(tree).filter((id) => !found.has(toHex(id))));
  expect(lacking.map(toHex), base.zoneId).toEqual([]);
}

/** Ids of the packs whose objects lie in a zone. */
export async function listPackIds(zone: ZoneHandle, companyId: string): Promise<string[]> {
  return listBasePackIds(zone.backup, companyId);
}

export async function listBasePackIds(base: Zone, companyId: string): Promise<string[]> {
  const packs = await base.list(`companies/${companyId}/packs/`, { limit: 1_000 });
  const meta = await base.list(`companies/${companyId}/meta/`, { limit: 1_000 });
  return [...packs, ...meta].map(({ key }) => key.slice(-64)).toSorted();
}
