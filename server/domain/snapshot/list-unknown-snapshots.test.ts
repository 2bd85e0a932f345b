import { expect, test } from "vitest";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import type { ObjectRow } from "../store/zone-store.ts";
import { manifestObjectKey, receiptObjectKey } from "../zone/object-keys.ts";
import { listUnknownSnapshots, type UnknownSnapshot } from "./list-unknown-snapshots.ts";

const COMPANY_ID = "0190b5a0-0000-7000-8000-000000000001";
const RECEIPT = { snapshotId: "ab".repeat(16), receivedAt: "2026-11-27T09:00:00.000Z", agentId: "an-agent" };

test("names what a zone holds and no row knows, with what its receipt says; two of one number are two", async () => {
  const objects = new Map<string, Uint8Array>();
  const zone = createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives, objects });
  const store = (commit: number, hash: string, receipt: string | null) => {
    objects.set(manifestObjectKey(COMPANY_ID, commit, hash), Buffer.from("manifest"));
    if (receipt !== null) objects.set(receiptObjectKey(COMPANY_ID, commit, hash), Buffer.from(receipt));
    return manifestObjectKey(COMPANY_ID, commit, hash);
  };
  const known = store(3, "11".repeat(32), JSON.stringify(RECEIPT));
  const apart = store(3, "22".repeat(32), JSON.stringify({ v: 1, ...RECEIPT }));
  const bare = store(4, "33".repeat(32), null);
  const odd = store(5, "44".repeat(32), "no receipt");
  const row: ObjectRow = {
    ...{ kind: "manifest", objectKey: known, sizeBytes: 8, sha256: new Uint8Array(32), lockedUntil: null, copies: [] },
  };
  const found: UnknownSnapshot[] = [];
  const reads = { findObject: async (_: string, key: string) => (key === known ? row : null) };
  for await (const each of listUnknownSnapshots(reads, zone, COMPANY_ID)) found.push(each);
  expect(found).toEqual([
    { objectKey: apart, commit: 3, receipt: RECEIPT },
    { objectKey: bare, commit: 4, receipt: null },
    { objectKey: odd, commit: 5, receipt: null },
  ]);
  expect(objects.size).toBe(7);
});
