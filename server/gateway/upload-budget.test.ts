import { describe, expect, test } from "vitest";
import { GatewayError } from "./gateway-error.ts";
import { UploadBudget } from "./upload-budget.ts";

const budget = (waitMs: number) => new UploadBudget({ totalBytes: 100, companyBytes: 60, waitMs, maxWaiting: 2 });

async function codeOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    return error instanceof GatewayError ? error.code : "another error";
  }
}

describe("the room for uploads", () => {
  test("is given back once, also when that is asked twice", async () => {
    const room = budget(1_000);
    const release = await room.reserve("a", 60);
    release();
    release();
    expect(room.usedBytes).toBe(0);
  });

  test("is shared out in order to those who fit, and no company gets all of it", async () => {
    const room = budget(10_000);
    const first = await room.reserve("a", 50);
    const order: string[] = [];
    const again = room.reserve("a", 50).then((release) => {
      order.push("a again");
      return release;
    });
    const other = await room.reserve("b", 50);
    expect(room.usedBytes).toBe(100);
    first();
    (await again)();
    other();
    expect(order).toEqual(["a again"]);
    expect(room.usedBytes).toBe(0);
  });

  test("who waits too long, or behind too many, is told to come back", async () => {
    const room = budget(20);
    await room.reserve("a", 60);
    await room.reserve("b", 40);
    const waiting = [codeOf(room.reserve("c", 1)), codeOf(room.reserve("d", 1))];
    expect(await codeOf(room.reserve("e", 1))).toBe("rate_limited");
    expect(await Promise.all(waiting)).toEqual(["rate_limited", "rate_limited"]);
    expect(room.usedBytes).toBe(100);
  });
});
