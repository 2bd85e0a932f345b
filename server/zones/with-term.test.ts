import { expect, test } from "vitest";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { termBytes, termKey } from "./control-term.ts";
import { createMemoryZone } from "./memory-zone.ts";
import { withTerm } from "./with-term.ts";

function openZone(term: number) {
  const objects = new Map<string, Uint8Array>();
  const memory = createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives, objects });
  let nowMs = 0;
  const zone = withTerm(memory, { term, clock: { now: () => new Date(nowMs) } });
  const put = (key: string) => zone.put(key, [new Uint8Array([1])], 1);
  return { objects, zone, put, pass: (ms: number) => (nowMs += ms) };
}

test("a service that was taken over from writes and deletes nothing any more, and can still read", async () => {
  const { objects, zone, put, pass } = openZone(1);
  await put("companies/c/a");
  objects.set(termKey(2), termBytes(2));
  await expect(zone.delete("companies/c/a")).rejects.toMatchObject({ code: "read_only" });
  pass(5_000);
  await expect(put("companies/c/b")).rejects.toMatchObject({ code: "read_only", retryable: false });
  expect([...objects.keys()].toSorted()).toEqual(["companies/c/a", termKey(2)]);
  expect(await zone.find("companies/c/a")).toMatchObject({ sizeBytes: 1 });
});

test("the archive base is fenced by the terms of its zone's backup base", async () => {
  const { objects, zone: backup, put } = openZone(1);
  const archived = new Map<string, Uint8Array>();
  const memory = createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives, objects: archived });
  const archive = withTerm(memory, { term: 1, clock: { now: () => new Date(0) }, termsIn: backup });
  await put("companies/c/a");
  archived.set("companies/c/b", new Uint8Array([1]));
  objects.set(termKey(2), termBytes(2));
  for (const attempt of [archive.delete("companies/c/b"), archive.lock("companies/c/b", new Date(1))]) {
    await expect(attempt).rejects.toMatchObject({ code: "read_only" });
  }
  expect(archived.size).toBe(1);
});

test("the one that took over goes on, whatever older terms there are, and so does a zone of before there were terms", async () => {
  const { objects, zone, put } = openZone(2);
  for (const term of [1, 2]) objects.set(termKey(term), termBytes(term));
  await put("companies/c/a");
  await zone.delete("companies/c/a");
  const old = openZone(1);
  await old.put("companies/c/a");
  expect(old.objects.size).toBe(1);
});
