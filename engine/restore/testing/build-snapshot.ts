import { compareBytes, fromHex } from "../../codec/hex.ts";
import type { ChunkItem } from "../../format/chunk-item.ts";
import { FrameScratch } from "../../format/frame.ts";
import { sealManifest, snapshotIdOf } from "../../format/manifest.ts";
import { PACK_BUFFER_SIZE_BYTES, PackBuilder, type PackMember } from "../../format/pack-builder.ts";
import type { PackKind } from "../../format/pack-index.ts";
import { type Slot, signSlot } from "../../format/slot.ts";
import type { EntryBase, TreeEntry } from "../../format/tree-entry.ts";
import { chunkId } from "../../ids/chunk-id.ts";
import { checkAgentCertificates } from "../../keys/agent-certificate.ts";
import { sealTo } from "../../keys/sealed-box.ts";
import {
  COMPANY_ID,
  createTestAgent,
  MACHINE_ID,
  SOURCE_ID,
  seededRandomness,
} from "../../keys/testing/company-fixture.ts";
import { nodePrimitives as primitives } from "../../primitives/node.ts";
import { type BuiltFolder, TreeBuilder } from "../../tree/tree-builder.ts";
import { fromBinaryText } from "../binary-text.ts";
import type { ReaderKeys } from "../restore-keys.ts";
import { MemoryPackSource } from "./memory-pack-source.ts";

export type TestMeta = Partial<Omit<EntryBase, "name">>;

/** A tree as tests write it down; names are binary text. */
export type TestNode = TestMeta &
  (
    | { readonly type: "file"; readonly pieces: readonly (Uint8Array | { readonly holeBytes: number })[] }
    | { readonly type: "folder"; readonly children: Readonly<Record<string, TestNode>> }
    | { readonly type: "symlink"; readonly target: string }
    | { readonly type: "fifo" | "socket" }
    | { readonly type: "character-device" | "block-device"; readonly major: number; readonly minor: number }
  );

export type TestFolder = TestNode & { readonly type: "folder" };

const RUN_ID = "0190b5a0-0000-7000-8000-0000000000aa";
const SCOPE = 0;
const EPOCH = 1;

export type TestAgent = Awaited<ReturnType<typeof createTestAgent>>;

export interface BuiltSnapshot {
  readonly source: MemoryPackSource;
  readonly keys: ReaderKeys;
  readonly snapshotId: string;
  readonly contentPackIds: readonly string[];
  readonly metaPackIds: readonly string[];
}

export interface BuildOptions {
  /** Members of one pack before the next is begun. */
  readonly membersPerPack?: number;
  readonly seed?: string;
  /** Changes what the agent is about to store: for agents that lie. */
  readonly forge?: (member: PackMember) => PackMember;
}

/** Backs up a tree that was written down, as a real agent of a real company would, into memory. */
export async function buildSnapshot(root: TestFolder, options: BuildOptions = {}): Promise<BuiltSnapshot> {
  const agent = await createTestAgent();
  const writer = new SnapshotWriter(agent, options);
  return writer.write(root);
}

export function readerKeysOf(agent: TestAgent): ReaderKeys {
  const { agents } = checkAgentCertificates(primitives, agent.owner.log, [agent.certificate]);
  return { ...agent.owner, agents };
}

class SnapshotWriter {
  readonly #agent: TestAgent;
  readonly #options: BuildOptions;
  readonly #source = new MemoryPackSource();
  readonly #dataKey: Uint8Array;
  readonly #slot: Slot;
  readonly #randomness;
  /** Their buffers are used again for each pack: the source keeps copies. */
  readonly #packs: Readonly<Record<PackKind, { builder: PackBuilder | null; packIds: string[]; buffer: Uint8Array }>> =
    {
      content: { builder: null, packIds: [], buffer: new Uint8Array(PACK_BUFFER_SIZE_BYTES) },
      meta: { builder: null, packIds: [], buffer: new Uint8Array(PACK_BUFFER_SIZE_BYTES) },
    };
  readonly #stored = new Set<string>();

  constructor(agent: TestAgent, options: BuildOptions) {
    this.#agent = agent;
    this.#options = options;
    this.#randomness = seededRandomness(options.seed ?? "a snapshot");
    this.#dataKey = this.#randomness.bytes(32);
    this.#slot = signSlot(primitives, agent.sign.secretKey, {
      companyId: COMPANY_ID,
      scope: SCOPE,
      runId: RUN_ID,
      agentCertHash: primitives.sha256(agent.certificate),
      epoch: EPOCH,
      sealedDataKey: sealTo(primitives, {
        publicKey: agent.opened.companyPublicKey,
        purpose: "data-key",
        secret: this.#dataKey,
      }),
    });
  }

  write(root: TestFolder): BuiltSnapshot {
    const tree = new TreeBuilder({
      primitives,
      chunkIdKey: this.#chunkIdKey,
      emit: ({ kind, id, bytes, childIds }) => this.#store("meta", { kind, id, plain: bytes, childIds }),
    });
    const built = this.#folder(tree, root);
    for (const kind of ["content", "meta"] as const) this.#finish(kind);
    const manifest = this.#manifest(built);
    const snapshotId = snapshotIdOf(primitives, manifest);
    this.#source.manifests.set(snapshotId, manifest);
    return {
      source: this.#source,
      keys: readerKeysOf(this.#agent),
      snapshotId,
      contentPackIds: this.#packs.content.packIds,
      metaPackIds: this.#packs.meta.packIds,
    };
  }

  get #chunkIdKey(): Uint8Array {
    return this.#agent.opened.chunkIdKey;
  }

  #folder(tree: TreeBuilder, folder: TestFolder): BuiltFolder {
    const named = Object.entries(folder.children).map(([name, node]) => ({ name: fromBinaryText(name), node }));
    named.sort((a, b) => compareBytes(a.name, b.name));
    const entries = named.map(({ name, node }) => this.#entry(tree, name, node));
    const builder = tree.folder();
    for (const entry of entries) builder.add(entry);
    return builder.finish();
  }

  #entry(tree: TreeBuilder, name: Uint8Array, node: TestNode): TreeEntry {
    const base: EntryBase = {
      name,
      mode: node.mode ?? 0o644,
      uid: node.uid ?? 0,
      gid: node.gid ?? 0,
      mtimeSeconds: node.mtimeSeconds ?? 1_700_000_000,
      mtimeNanoseconds: node.mtimeNanoseconds ?? 123_456_789,
      xattrs: node.xattrs ?? [],
      ...(node.linkId && { linkId: node.linkId }),
    };
    switch (node.type) {
      case "folder":
        return { ...base, type: "folder", ...this.#folder(tree, node) };
      case "file": {
        const list = tree.chunkList();
        for (const item of node.pieces.map((piece) => this.#item(piece))) list.add(item);
        return { ...base, type: "file", sizeBytes: list.sizeBytes, content: list.finish() };
      }
      case "symlink":
        return { ...base, type: "symlink", target: fromBinaryText(node.target) };
      case "character-device":
      case "block-device":
        return { ...base, type: node.type, major: node.major, minor: node.minor };
      case "fifo":
      case "socket":
        return { ...base, type: node.type };
    }
  }

  #item(piece: Uint8Array | { readonly holeBytes: number }): ChunkItem {
    if (!(piece instanceof Uint8Array)) return { kind: "hole", sizeBytes: piece.holeBytes };
    const id = chunkId(primitives, this.#chunkIdKey, 1, piece);
    this.#store("content", { kind: 1, id, plain: piece, childIds: [] });
    return { kind: "content", sizeBytes: piece.length, chunkId: id };
  }

  #store(packKind: PackKind, honest: PackMember): void {
    const key = `${honest.kind}${honest.id.join()}`;
    if (this.#stored.has(key)) return;
    this.#stored.add(key);
    const member = this.#options.forge?.(honest) ?? honest;
    const pack = this.#packs[packKind];
    const isFull = pack.builder && pack.builder.memberCount >= (this.#options.membersPerPack ?? 1_000);
    if (isFull || !pack.builder?.hasRoomFor(member.plain.length, member.childIds.length)) this.#finish(packKind);
    pack.builder ??= new PackBuilder({
      primitives,
      randomness: this.#randomness,
      companyId: COMPANY_ID,
      scope: SCOPE,
      dataKey: this.#dataKey,
      chunkIdKey: this.#chunkIdKey,
      scratch: unchecked,
      verify: "opened",
      packKind,
      slot: this.#slot,
      buffer: pack.buffer,
    });
    pack.builder.add(member);
  }

  #finish(packKind: PackKind): void {
    const pack = this.#packs[packKind];
    const finished = pack.builder?.finish();
    pack.builder = null;
    if (!finished) return;
    this.#source.addPack(finished.packId, finished.bytes);
    pack.packIds.push(finished.packId);
  }

  #manifest(built: BuiltFolder): Uint8Array {
    const { sign, certificate } = this.#agent;
    const writer = {
      primitives,
      randomness: this.#randomness,
      agentSecretKey: sign.secretKey,
      slot: this.#slot,
      dataKey: this.#dataKey,
    };
    const header = {
      companyId: COMPANY_ID,
      scope: SCOPE,
      machineId: MACHINE_ID,
      sourceId: SOURCE_ID,
      runId: RUN_ID,
      agentCertHash: primitives.sha256(certificate),
      sequence: 1,
      previousHeaderHash: new Uint8Array(32),
      epoch: EPOCH,
      startedAtMs: 1_700_000_000_000,
      endedAtMs: 1_700_000_060_000,
      topPageId: built.pageId,
      changeListId: fromHex("00".repeat(32)),
      entryCount: built.entriesBelow,
      fileCount: 0,
      contentBytes: built.bytesBelow,
      gapCount: 0,
    };
    const body = { sourceName: "test", paths: [fromBinaryText("/")], excludes: [], host: "host", gaps: [] };
    return sealManifest(writer, header, body);
  }
}

/** Lets a forged member through: an honest agent's own check would stop it before it leaves. */
class UncheckedScratch extends FrameScratch {
  override isRecomputedNext(): boolean {
    return false;
  }
}

const unchecked = new UncheckedScratch();
