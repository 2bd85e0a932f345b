import { describe, expect, test } from "vitest";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { systemClock } from "../platform/clock.ts";
import { termBytes, termKey } from "./control-term.ts";
import { createMemoryZone } from "./memory-zone.ts";
import { TermWatch } from "./term-watch.ts";
import { withTerm } from "./with-term.ts";

/** Two zones as one process of a service sees them, with a clock that only moves when it is told to. */
function openService(term: number) {
  let nowMs = 0;
  const watch = new TermWatch({ term, clock: { ...systemClock, now: () => new Date(nowMs) } });
  const open = (zoneId: string) => {
    const objects = new Map<string, Uint8Array>();
    const written: string[] = [];
    let isAway = false;
    const memory = createMemoryZone({ zoneId, primitives: nodePrimitives, objects });
    const base: Zone = {
      ...memory,
      async list(prefix, options) {
        if (isAway) throw new ZoneError("unreachable", zoneId, "away");
        return memory.list(prefix, options);
      },
      async put(key, ...rest) {
        if (isAway) throw new ZoneError("unreachable", zoneId, "away");
        written.push(key);
        return memory.put(key, ...rest);
      },
    };
    watch.add(base);
    const zone = withTerm(base, watch);
    const put = (key: string) => zone.put(key, [new Uint8Array([1])], 1);
    const setAway = (value: boolean) => {
      isAway = value;
    };
    return {
      objects,
      written,
      base,
      zone,
      put,
      setAway,
      setTerm: (n: number) => objects.set(termKey(n), termBytes(n)),
    };
  };
  return { first: open("zone1"), second: open("zone2"), watch, pass: (ms: number) => (nowMs += ms) };
}

describe("a service that was taken over from", () => {
  test("writes and deletes nothing any more, and can still read", async () => {
    const { first, pass } = openService(1);
    await first.put("companies/c/a");
    first.setTerm(2);
    await expect(first.zone.delete("companies/c/a")).rejects.toMatchObject({ code: "taken_over" });
    pass(5_000);
    await expect(first.put("companies/c/b")).rejects.toMatchObject({ code: "taken_over", retryable: false });
    expect([...first.objects.keys()].toSorted()).toEqual(["companies/c/a", termKey(2)]);
    expect(await first.zone.find("companies/c/a")).toMatchObject({ sizeBytes: 1 });
  });

  test("writes nothing into a zone of its own side either, although only the other one says so", async () => {
    const { first, second, pass } = openService(1);
    await first.put("companies/c/a");
    second.setTerm(2);
    pass(5_000);
    await expect(first.put("companies/c/b")).rejects.toMatchObject({ code: "taken_over", zoneId: "zone2" });
    // What was seen once stays true while the other zone is away.
    second.setAway(true);
    await expect(first.zone.delete("companies/c/a")).rejects.toMatchObject({ code: "taken_over" });
    expect([...first.objects.keys()]).toEqual(["companies/c/a"]);
  });

  test("does so in the archive base as well, whose terms lie in the backup base", async () => {
    const { first, watch } = openService(1);
    const objects = new Map([["companies/c/b", new Uint8Array([1])]]);
    const archive = withTerm(createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives, objects }), watch);
    await first.put("companies/c/a");
    first.setTerm(2);
    await expect(archive.delete("companies/c/b")).rejects.toMatchObject({ code: "taken_over" });
    await expect(archive.lock("companies/c/b", new Date(1))).rejects.toMatchObject({ code: "taken_over" });
    expect(objects.size).toBe(1);
  });
});

describe("a service that took over", () => {
  test("goes on, whatever older terms there are, and where there were none", async () => {
    const { first, second } = openService(2);
    for (const term of [1, 2]) first.setTerm(term);
    await first.put("companies/c/a");
    await first.zone.delete("companies/c/a");
    expect(second.objects.size).toBe(0);
    const old = openService(1);
    await old.first.put("companies/c/a");
    expect([...old.first.objects.keys()]).toEqual(["companies/c/a"]);
  });

  test("writes its term into a zone that was away before it writes anything else there", async () => {
    const { first, second, pass } = openService(2);
    for (const term of [1, 2]) second.setTerm(term);
    first.setTerm(1);
    first.setAway(true);
    await second.put("companies/c/a");
    await expect(first.put("companies/c/a")).rejects.toMatchObject({ code: "unreachable" });
    pass(60_000);
    first.setAway(false);
    await second.put("companies/c/b");
    expect(first.written).toEqual([]);
    await first.put("companies/c/a");
    expect(first.written).toEqual([termKey(2), "companies/c/a"]);
    expect(Buffer.from(first.objects.get(termKey(2)) ?? [])).toEqual(termBytes(2));
    await first.put("companies/c/b");
    expect(first.written).toHaveLength(3);
  });

  test("and was taken over from meanwhile leaves no term behind in a zone that comes back", async () => {
    const { first, second } = openService(2);
    first.setTerm(1);
    second.setTerm(3);
    await expect(first.put("companies/c/a")).rejects.toMatchObject({ code: "taken_over", zoneId: "zone2" });
    expect(first.written).toEqual([]);
  });
});

test("a zone that hangs holds up no writing into another one for longer than a second", async () => {
  const { first, second, watch, pass } = openService(1);
  watch.add({ ...second.base, list: () => new Promise(() => undefined) });
  pass(5_000);
  await first.put("companies/c/a");
  expect(first.objects.size).toBe(1);
});
