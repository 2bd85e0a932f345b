import { describe, expect, test } from "vitest";
import type { MissingObject, MissingPack } from "../../domain/store/zone-store.ts";
import {
  encodeCursor,
  FIRST_CURSOR,
  nextPhase,
  parseCursor,
  planObjectCopies,
  planPackCopies,
} from "./plan-replication.ts";

const view = { targetZoneId: "zone2", readableZoneIds: ["zone1", "zone2", "zone3"] };

function missingPack(copies: MissingPack["copies"]): MissingPack {
  return {
    packId: "ab".repeat(32),
    packKind: "content",
    scope: 0,
    sizeBytes: 100,
    directoryOffset: 50,
    directorySizeBytes: 34,
    state: "live",
    tier: "backup",
    lockedUntil: null,
    machineId: "m",
    runId: "r",
    copies,
    packNo: 7,
  };
}

function missingObject(changes: Partial<MissingObject>): MissingObject {
  const sha256 = new Uint8Array(32).fill(1);
  return { objectKey: "k", kind: "log", sizeBytes: 3, sha256, lockedUntil: null, copies: [], bytes: null, ...changes };
}

describe("the plan of a replication", () => {
  test("takes good copies in the order of the zones, then those in doubt", () => {
    const pack = missingPack([
      { zoneId: "zone1", state: "suspect" },
      { zoneId: "zone2", state: "missing" },
      { zoneId: "zone3", state: "present" },
    ]);
    expect(planPackCopies([pack], view, (each) => `packs/${each.packId}`)).toEqual([
      {
        kind: "copy",
        objectKey: `packs/${pack.packId}`,
        sha256: pack.packId,
        sizeBytes: 100,
        lockedUntil: null,
        fromZoneIds: ["zone3", "zone1"],
        bytes: null,
        packId: pack.packId,
        suspectZoneIds: ["zone1"],
      },
    ]);
  });

  test("waits when no zone that can be read has it", () => {
    const pack = missingPack([{ zoneId: "zone1", state: "present" }]);
    const [step] = planPackCopies([pack], { ...view, readableZoneIds: ["zone2"] }, () => "k");
    expect(step).toMatchObject({ kind: "wait", objectKey: "k", reason: "no_source" });
  });

  test("takes key objects from the database where it has them", () => {
    const copies: MissingObject["copies"] = [
      { zoneId: "zone1", state: "suspect" },
      { zoneId: "zone3", state: "present" },
    ];
    const steps = planObjectCopies(
      [missingObject({ bytes: new Uint8Array(3) }), missingObject({ kind: "manifest", copies })],
      view,
    );
    expect(steps.map((step) => step.kind)).toEqual(["copy", "copy"]);
    expect(steps[1]).toMatchObject({ fromZoneIds: ["zone3", "zone1"], sha256: "01".repeat(32) });
    expect(planObjectCopies([missingObject({})], view)[0]).toMatchObject({ kind: "wait" });
  });
});

describe("a cursor", () => {
  test("is read back as it was written; anything else begins anew", () => {
    for (const cursor of [FIRST_CURSOR, { phase: "others", after: "companies/c/keys/log/1:2" }] as const) {
      expect(parseCursor(encodeCursor(cursor))).toEqual(cursor);
    }
    for (const text of [null, "", "packs", "packs:x", "elsewhere:1"]) expect(parseCursor(text)).toEqual(FIRST_CURSOR);
  });

  test("goes from packs over key objects to the rest", () => {
    const keys = nextPhase(FIRST_CURSOR);
    const others = keys && nextPhase(keys);
    expect([keys?.phase, others?.phase, others && nextPhase(others)]).toEqual(["keys", "others", null]);
  });
});
