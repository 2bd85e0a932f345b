import { describe, expect, test } from "vitest";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { type Faults, NO_FAULTS, withFaults } from "./faulty-zone.ts";
import { createMemoryZone } from "./memory-zone.ts";
import { withDeadline } from "./with-deadline.ts";
import { withRetry } from "./with-retry.ts";
import { withThrottle } from "./with-throttle.ts";
import { withVerify } from "./with-verify.ts";
import { bytes, codeOf, describeZoneContract, read } from "./zone-contract.ts";

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
const nameOf = (content: Uint8Array) => `packs/${Buffer.from(nodePrimitives.sha256(content)).toString("hex")}`;

function faulty(zone: Zone, faults: Partial<Faults>, seed = 7): Zone {
  return withFaults(zone, { seed, clock: createFakeClock(), faults: { ...NO_FAULTS, ...faults } });
}

describeZoneContract("faulty without faults", async () => faulty(memory(), {}));
describeZoneContract("retry", async () =>
  withRetry(memory(), { clock: createFakeClock(), attempts: 3, firstDelayMs: 1 }),
);
describeZoneContract("throttle", async () =>
  withThrottle(memory(), { clock: createFakeClock(), bytesPerSecond: 1_000_000 }),
);
describeZoneContract("verify", async () => withVerify(memory(), nodePrimitives));
describeZoneContract("deadline", async () => withDeadline(memory(), 10_000));

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
});

describe("throttle", () => {
  test("lets the stated bytes per second pass, both ways", async () => {
    const clock = createFakeClock();
    const zone = withThrottle(memory(), { clock, bytesPerSecond: 1_000_000 });
    await zone.put("a", [bytes(2_000_000)], 2_000_000);
    await read(zone, "a");
    expect(clock.sleptMs).toBeGreaterThanOrEqual(3_500);
    expect(clock.sleptMs).toBeLessThanOrEqual(4_010);
  });
});

describe("verify", () => {
  test("a content-named object must have its name's hash when it is put and when it is read", async () => {
    const inner = memory();
    const zone = withVerify(inner, nodePrimitives);
    const good = bytes(1000);
    expect(await codeOf(zone.put(nameOf(good), [bytes(1000, 2)], 1000))).toBe("damaged");
    await zone.put(nameOf(good), [good], 1000);
    expect((await read(zone, nameOf(good))).equals(good)).toBe(true);
    const other = nameOf(bytes(5));
    await inner.put(other, [bytes(6)], 6);
    expect(await codeOf(read(zone, other))).toBe("damaged");
  });

  test("finds bit rot and torn writes", async () => {
    const inner = memory();
    const good = bytes(5000);
    await inner.put(nameOf(good), [good], 5000);
    const rotten = withVerify(faulty(inner, { bitRotRate: 1 }), nodePrimitives);
    expect(await codeOf(read(rotten, nameOf(good)))).toBe("damaged");
    const torn = bytes(7000);
    expect(await codeOf(faulty(inner, { tornWriteRate: 1 }).put(nameOf(torn), [torn], 7000))).toBe("unreachable");
    expect(await codeOf(read(withVerify(inner, nodePrimitives), nameOf(torn)))).toBe("damaged");
  });
});

describe("faults", () => {
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
  test("a zone that does not answer is unreachable", async () => {
    const silent: Zone = {
      ...memory(),
      find: () => new Promise(() => undefined),
      get: () => new Promise(() => undefined),
    };
    const zone = withDeadline(silent, 5);
    expect(await codeOf(zone.find("a"))).toBe("unreachable");
    expect(await codeOf(zone.get("a"))).toBe("unreachable");
  });

  test("a stream that stalls is unreachable", async () => {
    async function* stalling() {
      yield bytes(3);
      await new Promise(() => undefined);
    }
    const zone = withDeadline({ ...memory(), get: async () => stalling() }, 5);
    expect(await codeOf(read(zone, "a"))).toBe("unreachable");
  });
});
