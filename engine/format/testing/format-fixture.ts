import { ByteWriter } from "../../codec/byte-writer.ts";
import { encodeUtf8 } from "../../codec/text.ts";
import { chunkId } from "../../ids/chunk-id.ts";
import type { ChunkKind } from "../../ports/chunk-index.ts";
import type { Randomness } from "../../ports/randomness.ts";
import { nodePrimitives } from "../../primitives/node.ts";
import { childIdsOfPage } from "../child-ids.ts";
import { FrameScratch } from "../frame.ts";
import { PACK_BUFFER_SIZE_BYTES, PackBuilder, type PackMember } from "../pack-builder.ts";
import type { PackKind } from "../pack-index.ts";
import { type Slot, signSlot } from "../slot.ts";

/** The same bytes in every run, for vectors and tests that must replay. */
export function seededRandomness(seed: string): Randomness {
  const key = nodePrimitives.sha256(encodeUtf8(seed));
  let count = 0;
  return {
    bytes(sizeBytes) {
      const writer = new ByteWriter(sizeBytes + 32);
      while (writer.position < sizeBytes) {
        writer.raw(nodePrimitives.hmacSha256(key, new ByteWriter(4).u32(count++).finish()));
      }
      return writer.finish().slice(0, sizeBytes);
    },
  };
}

/** One agent of one company with one run, everything drawn from a seed. */
export function formatFixture(seed: string) {
  const randomness = seededRandomness(seed);
  const companyId = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
  const runId = "11111111-2222-7333-8444-555555555555";
  const agentKeys = nodePrimitives.signKeyPair(randomness.bytes(32));
  const dataKey = randomness.bytes(32);
  const chunkIdKey = randomness.bytes(32);
  const agentCertHash = randomness.bytes(32);
  const slot: Slot = signSlot(nodePrimitives, agentKeys.secretKey, {
    companyId,
    scope: 0,
    runId,
    agentCertHash,
    epoch: 1,
    // A real sealed box begins with an ephemeral key, which no seed reaches.
    sealedDataKey: randomness.bytes(89),
  });
  const place = { primitives: nodePrimitives, companyId, scope: 0, dataKey };
  const sealContext = { ...place, randomness, chunkIdKey, scratch: new FrameScratch(), verify: "paranoid" as const };

  function member(kind: ChunkKind, plain: Uint8Array): PackMember {
    return { kind, plain, id: chunkId(nodePrimitives, chunkIdKey, kind, plain), childIds: childIdsOfPage(kind, plain) };
  }

  function packBuilder(packKind: PackKind, buffer = new Uint8Array(PACK_BUFFER_SIZE_BYTES)): PackBuilder {
    return new PackBuilder({ ...sealContext, packKind, slot, buffer });
  }

  function pack(packKind: PackKind, members: readonly PackMember[]) {
    const builder = packBuilder(packKind);
    for (const each of members) builder.add(each);
    const finished = builder.finish();
    if (finished === null) throw new Error("a pack needs members");
    return { ...finished, bytes: finished.bytes.slice() };
  }

  return {
    randomness,
    companyId,
    runId,
    agentKeys,
    agentCertHash,
    dataKey,
    chunkIdKey,
    slot,
    place,
    sealContext,
    member,
    packBuilder,
    pack,
  };
}

export type FormatFixture = ReturnType<typeof formatFixture>;
