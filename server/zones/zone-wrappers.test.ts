import { describe, expect, test } from "vitest";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { type Faults, NO_FAULTS, withFaults } from "./faulty-zone.ts";
import { describeLocksContract } from "./locks-contract.ts";
import { createMemoryZone } from "./memory-zone.ts";
import type { ObjectReader } from "./object-reader.ts";
import { boundZone } from "./open-zones.ts";
import { openWithin, withDeadline } from "./with-deadline.ts";
import { withRetry } from "./with-retry.ts";
import { ZoneCalls } from "./zone-calls.ts";
import { bytes, codeOf, describeZoneContract, read } from "./zone-contract.ts";

const PATIENT = { answerMs: 60_000, putMs: 60_000 };
const BRIEF = { answerMs: 20, putMs: 20 };

/** A clock that only moves when somebody sleeps. */
function createFakeClock(): Clock & { sleptMs: number } {
  const clock = {
    sleptMs: 0,
    now: () => new Date(clock.sleptMs),
    async sleep(delayMs: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      clock.sleptMs += delayMs;
    },
  };
  return clock;
}

const memory = () => createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives });

function faulty(zone: Zone, faults: Partial<Faults>, seed = 7): Zone {
  return withFaults(zone, { seed, clock: createFakeClock(), faults: { ...NO_FAULTS, ...faults } });
}

describeZoneContract("faulty without faults", async () => faulty(memory(), {}));
describeZoneContract("retry", async () =>
  withRetry(memory(), { clock: createFakeClock(), attempts: 3, firstDelayMs: 1 }),
);
describeZoneContract("deadline", async () => withDeadline(memory(), new ZoneCalls("zone1", 3), PATIENT));
const bound = async () => boundZone(memory(), new ZoneCalls("zone1", 8), PATIENT);
describeZoneContract("all that surrounds a zone", bound);
describeLocksContract("all that surrounds a zone", bound);

describe("retry", () => {
  test("gets through errors and lost answers, with growing pauses", async () => {
    const clock = createFakeClock();
    const zone = withRetry(faulty(memory(), { errorRate: 0.4, lostAnswerRate: 0.2 }), {
      clock,
      attempts: 20,
      firstDelayMs: 10,
    });
    for (let n = 0; n < 30; n += 1) await zone.put(`a/${n}`, [bytes(n)], n);
    for (let n = 0; n < 30; n += 1) expect((await read(zone, `a/${n}`)).equals(bytes(n))).toBe(true);
    expect(clock.sleptMs).toBeGreaterThan(0);
  });

  test("gives up after its attempts, and at once for what another try cannot change", async () => {
    const clock = createFakeClock();
    const lost = withRetry(faulty(memory(), { isLost: true }), { clock, attempts: 3, firstDelayMs: 10 });
    expect(await codeOf(lost.find("a"))).toBe("unreachable");
    expect(clock.sleptMs).toBe(30);
    expect(await codeOf(lost.find("../a"))).toBe("unreachable");
    const zone = withRetry(memory(), { clock, attempts: 3, firstDelayMs: 10 });
    clock.sleptMs = 0;
    expect(await codeOf(zone.get("absent"))).toBe("not_found");
    expect(clock.sleptMs).toBe(0);
  });

  test("begins no try once whoever asked has given up", async () => {
    const clock = createFakeClock();
    const lost = withRetry(faulty(memory(), { isLost: true }), { clock, attempts: 9, firstDelayMs: 10, untilMs: 70 });
    expect(await codeOf(lost.find("a"))).toBe("unreachable");
    expect(clock.sleptMs).toBe(70);
  });
});

describe("faults", () => {
  test("rot and torn writes leave what no hash fits", async () => {
    const inner = memory();
    const good = bytes(5000);
    await inner.put("a/b", [good], 5000);
    expect((await read(faulty(inner, { bitRotRate: 1 }), "a/b")).equals(good)).toBe(false);
    expect(await codeOf(faulty(inner, { tornWriteRate: 1 }).put("a/c", [good], 5000))).toBe("unreachable");
    expect((await read(inner, "a/c")).equals(good.subarray(0, 2500))).toBe(true);
  });

  test("the same seed gives the same faults, another seed others", async () => {
    const outcomes = async (seed: number) => {
      const zone = faulty(memory(), { errorRate: 0.5 }, seed);
      const codes: unknown[] = [];
      for (let n = 0; n < 40; n += 1) codes.push(await codeOf(zone.find("a")));
      return codes;
    };
    expect(await outcomes(1)).toEqual(await outcomes(1));
    expect(await outcomes(1)).not.toEqual(await outcomes(2));
  });
});

describe("deadline", () => {
  const silent = () => faulty(memory(), { isSilent: true });

  test("a zone that does not answer is unreachable, for every call", async () => {
    const zone = withDeadline(silent(), new ZoneCalls("zone1", 8), BRIEF);
    const calls = [
      zone.put("a", [bytes(1)], 1),
      zone.get("a"),
      zone.find("a"),
      zone.list("", { limit: 1 }),
      zone.delete("a"),
      zone.replaceBad("a", [bytes(1)], { sha256: nodePrimitives.sha256(bytes(1)) }),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(Array(6).fill("unreachable"));
  });

  test("a stream that stalls is unreachable", async () => {
    async function* stalling() {
      yield bytes(3);
      await new Promise(() => undefined);
    }
    const zone = withDeadline({ ...memory(), get: async () => stalling() }, new ZoneCalls("zone1", 8), BRIEF);
    expect(await codeOf(read(zone, "a"))).toBe("unreachable");
  });

  test("a put that was given up stores nothing of what its memory holds later", async () => {
    const inner = memory();
    const late = Promise.withResolvers<void>();
    const body = bytes(1_000);
    const slow: Zone = {
      ...inner,
      async put(key, parts, sizeBytes, options) {
        await late.promise;
        return inner.put(key, parts, sizeBytes, options);
      },
    };
    const zone = withDeadline(slow, new ZoneCalls("zone1", 8), BRIEF);
    expect(await codeOf(zone.put("a", [body], 1_000))).toBe("unreachable");
    body.fill(0);
    late.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await inner.find("a")).toBeNull();
  });

  test("an object opened too late is closed again", async () => {
    const opened = Promise.withResolvers<ObjectReader>();
    const open = openWithin(() => opened.promise, new ZoneCalls("zone1", 8), BRIEF.answerMs);
    expect(await codeOf(open("a"))).toBe("unreachable");
    const closed = Promise.withResolvers<void>();
    opened.resolve({ sizeBytes: 1, read: async () => undefined, close: async () => closed.resolve() });
    await closed.promise;
  });
});

describe("the calls of a zone", () => {
  test("that hangs take no more than its slots; then it is unreachable at once, until one is let go", async () => {
    const calls = new ZoneCalls("zone1", 2);
    const hanging: PromiseWithResolvers<void>[] = [];
    const hang = () => {
      const call = Promise.withResolvers<void>();
      hanging.push(call);
      return call.promise;
    };
    const codes = Array.from({ length: 6 }, () => codeOf(calls.within(5, hang)));
    expect(await Promise.all(codes)).toEqual(Array(6).fill("unreachable"));
    expect(hanging).toHaveLength(2);
    expect(await codeOf(calls.within(60_000, hang))).toBe("unreachable");
    expect(hanging).toHaveLength(2);
    hanging[0]?.resolve();
    await hanging[0]?.promise;
    expect(await calls.within(60_000, async () => "served")).toBe("served");
    hanging[1]?.reject(new Error("the mount is gone"));
    await Promise.all([1, 2, 3].map(() => calls.within(60_000, async () => undefined)));
  });

  test("wait for each other without being lost", async () => {
    const calls = new ZoneCalls("zone1", 3);
    let running = 0;
    let most = 0;
    const call = async (n: number) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (n % 5 === 0) throw new Error("refused");
      return n;
    };
    const ended = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => calls.within(60_000, () => call(n))));
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(40);
    expect([most, running]).toEqual([3, 0]);
  });
});

describe("all that surrounds a zone", () => {
  test("gets over one fault, and a zone that falls silent fails within its deadline, and serves when it speaks again", async () => {
    const faults: Faults = { ...NO_FAULTS };
    const inner = withFaults(memory(), { seed: 3, clock: createFakeClock(), faults });
    const zone = boundZone(inner, new ZoneCalls("zone1", 8), BRIEF);
    await zone.put("a", [bytes(9)], 9);
    faults.isSilent = true;
    expect(await codeOf(zone.put("b", [bytes(9)], 9))).toBe("unreachable");
    expect(await codeOf(zone.get("a"))).toBe("unreachable");
    faults.isSilent = false;
    expect((await read(zone, "a")).equals(bytes(9))).toBe(true);
  });

  test("an object whose first try fails is had by the second", async () => {
    let tries = 0;
    const inner = memory();
    await inner.put("a", [bytes(9)], 9);
    const flaky: Zone = {
      ...inner,
      get: async (key, range, signal) => {
        tries += 1;
        if (tries === 1) throw new ZoneError("unreachable", "zone1", "busy");
        return inner.get(key, range, signal);
      },
    };
    const zone = boundZone(flaky, new ZoneCalls("zone1", 8), PATIENT);
    expect((await read(zone, "a")).equals(bytes(9))).toBe(true);
  });
});
