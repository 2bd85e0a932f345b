import { expect, test } from "vitest";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import type { JournalHead } from "./journal-store.ts";
import { findChain } from "./read-chain.ts";
import { encodeSegment } from "./segment.ts";

const ROW = { seq: 1, at: new Date(0), companyId: "00000000-0000-0000-0000-000000000000", kind: "row", payload: "{}" };

/** A zone and a pen: each call writes the segment that follows a head, and answers where the chain stands then. */
function createJournal() {
  const objects = new Map<string, Uint8Array>();
  const zone = createMemoryZone({ zoneId: "zone2", primitives: nodePrimitives, objects });
  const write = (head: JournalHead): JournalHead => {
    const { segment } = encodeSegment(nodePrimitives.sha256, head, [ROW]);
    objects.set(segment.objectKey, segment.bytes);
    return { ...head, number: head.number + 1, hash: segment.hash };
  };
  return { objects, zone, write };
}

const START: JournalHead = { term: 1, number: 0, hash: "0".repeat(64), baseNumber: null, basedAt: null };
const numbersOf = async (zone: Parameters<typeof findChain>[0]) =>
  (await findChain(zone)).segments.map(({ number }) => number);

test("a history that took over is read from the base before it, until it has one of its own", async () => {
  const { objects, zone, write } = createJournal();
  let head = START;
  for (let n = 0; n < 4; n += 1) head = write(head);
  head = write({ ...head, baseNumber: 3 });
  // What lies before the base was pruned.
  for (const key of objects.keys()) if (/-00000000000[12]-/.test(key)) objects.delete(key);
  head = write({ ...head, term: 2, baseNumber: null });
  expect(await numbersOf(zone)).toEqual([3, 4, 5, 6]);
  head = write(head);
  write({ ...head, baseNumber: 7 });
  expect(await numbersOf(zone)).toEqual([7, 8]);
});

test("what a lost side wrote after the other one had taken over is not read, however long it is", async () => {
  const { zone, write } = createJournal();
  const fork = write(write(START));
  for (let head = write(fork), n = 0; n < 3; n += 1) head = write(head);
  const taken = write({ ...fork, term: 2 });
  const chain = await findChain(zone);
  expect(chain.last).toMatchObject({ term: 2, number: 3, hash: taken.hash });
  expect(chain.segments.map(({ term, number }) => [term, number])).toEqual([
    [1, 1],
    [1, 2],
    [2, 3],
  ]);
});
