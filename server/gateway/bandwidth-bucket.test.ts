import { describe, expect, test } from "vitest";
import { BandwidthBucket } from "./bandwidth-bucket.ts";

const KB = 1_000;

/** Uploads that have endless bytes, and read on as soon as they may; answers what each got in so many seconds. */
function race(
  bucket: BandwidthBucket,
  pieces: readonly number[],
  seconds: number,
  limit: (atMs: number) => number | null,
) {
  const got = pieces.map(() => 0);
  const freeAtMs = pieces.map(() => 0);
  for (;;) {
    const nowMs = Math.min(...freeAtMs);
    if (nowMs >= seconds * 1000) return got;
    const who = freeAtMs.indexOf(nowMs);
    const sizeBytes = pieces[who] ?? 0;
    got[who] = (got[who] ?? 0) + sizeBytes;
    // A line that is not endlessly fast: a piece takes a millisecond at least.
    freeAtMs[who] = nowMs + Math.max(1, bucket.pay(sizeBytes, limit(nowMs), nowMs));
  }
}

describe("a limit that uploads share", () => {
  test("lets one upload have all of it, and no more", () => {
    const [got = 0] = race(new BandwidthBucket(), [64 * KB], 100, () => 100 * KB);
    expect(got).toBeGreaterThan(99 * 100 * KB);
    expect(got).toBeLessThan(101 * 100 * KB);
  });

  test("is the same for many, and each gets its share", () => {
    const got = race(new BandwidthBucket(), Array(5).fill(64 * KB), 100, () => 100 * KB);
    const sum = got.reduce((all, each) => all + each, 0);
    expect(sum).toBeLessThan(10_000 * KB + 6 * 64 * KB);
    for (const each of got) expect(Math.abs(each - sum / 5)).toBeLessThanOrEqual(64 * KB);
  });

  test("holds for everybody as soon as it changes, and is gone when there is none", () => {
    const limit = (atMs: number) => (atMs < 50_000 ? 100 * KB : 1_000 * KB);
    const [slow = 0] = race(new BandwidthBucket(), [10 * KB], 50, limit);
    const [both = 0] = race(new BandwidthBucket(), [10 * KB], 100, limit);
    expect(Math.round((both - slow) / slow)).toBe(10);
    const bucket = new BandwidthBucket();
    expect(bucket.pay(1_000 * KB, 10 * KB, 1_000)).toBe(100_000 - 250);
    expect(bucket.pay(1_000 * KB, null, 2_000)).toBe(0);
    expect(bucket.pay(10 * KB, 10 * KB, 3_000)).toBe(750);
  });

  test("makes nobody wait for a clock that was set back", () => {
    const bucket = new BandwidthBucket();
    bucket.pay(10 * KB, 10 * KB, 3_600_000);
    expect(bucket.pay(10 * KB, 10 * KB, 0)).toBe(11_000);
  });

  test("lets nobody save up for later", () => {
    const bucket = new BandwidthBucket();
    bucket.pay(10 * KB, 10 * KB, 0);
    expect(bucket.pay(10 * KB, 10 * KB, 3_600_000)).toBe(750);
  });
});
