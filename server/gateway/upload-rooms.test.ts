import { describe, expect, test } from "vitest";
import { GatewayError } from "./gateway-error.ts";
import { UploadRooms } from "./upload-rooms.ts";

const REFUSAL = { code: "rate_limited", message: "come again", retryAfterSeconds: 2 } as const;

const SIZES = { roomBytes: 64, rooms: 3, roomsPerCompany: 2, refusal: REFUSAL };
const roomsOf = (waitMs: number) => new UploadRooms({ ...SIZES, waitMs, maxWaiting: 2, maxWaitingPerCompany: 2 });

async function codeOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    return error instanceof GatewayError ? error.code : "another error";
  }
}

describe("rooms for uploads", () => {
  test("are given back once, also when that is asked twice, and used again", async () => {
    const rooms = roomsOf(1_000);
    const first = await rooms.enter("a");
    first.release();
    first.release();
    expect(rooms.used).toBe(0);
    const again = await rooms.enter("b");
    expect(again.buffer).toBe(first.buffer);
    expect((await rooms.enter("b")).buffer).not.toBe(first.buffer);
  });

  test("go in order to those who may enter, and no company gets all of them", async () => {
    const rooms = roomsOf(10_000);
    const [first, second] = [await rooms.enter("a"), await rooms.enter("a")];
    const order: string[] = [];
    const third = rooms.enter("a").then((room) => {
      order.push("a");
      return room;
    });
    const other = await rooms.enter("b");
    const fourth = rooms.enter("b").then((room) => {
      order.push("b");
      return room;
    });
    expect(order).toEqual([]);
    first.release();
    (await third).release();
    (await fourth).release();
    second.release();
    other.release();
    expect([order, rooms.used]).toEqual([["a", "b"], 0]);
  });

  test("who leaves while waiting takes no room when one gets free", async () => {
    const rooms = roomsOf(10_000);
    const held = [await rooms.enter("a"), await rooms.enter("a")];
    const leaving = new AbortController();
    const left = codeOf(rooms.enter("a", { signal: leaving.signal }));
    const stays = rooms.enter("a");
    leaving.abort(new Error("left"));
    expect(await left).toBe("another error");
    for (const room of held) room.release();
    (await stays).release();
    expect(rooms.used).toBe(0);
    expect(await codeOf(rooms.enter("a", { signal: leaving.signal }))).toBe("another error");
    expect(rooms.used).toBe(0);
  });

  test("who waits too long, or behind too many, is told to come back", async () => {
    const rooms = roomsOf(20);
    for (const companyId of ["a", "b", "c"]) await rooms.enter(companyId);
    const waiting = [codeOf(rooms.enter("d")), codeOf(rooms.enter("e"))];
    expect(await codeOf(rooms.enter("f"))).toBe("rate_limited");
    expect(await Promise.all(waiting)).toEqual(["rate_limited", "rate_limited"]);
    expect(rooms.used).toBe(3);
  });

  test("an upload may be bound to fewer rooms of its company, and waits for one of them only as long as it says", async () => {
    const rooms = roomsOf(10_000);
    const first = await rooms.enter("a", { roomsOfCompany: 1 });
    expect(await codeOf(rooms.enter("a", { roomsOfCompany: 1, waitMs: 5 }))).toBe("rate_limited");
    const waiting = rooms.enter("a", { roomsOfCompany: 1 });
    const other = await rooms.enter("b", { roomsOfCompany: 1 });
    expect(rooms.used).toBe(2);
    first.release();
    (await waiting).release();
    other.release();
    expect(rooms.used).toBe(0);
  });

  test("one company cannot take every place to wait", async () => {
    const rooms = new UploadRooms({ ...SIZES, waitMs: 10_000, maxWaiting: 4, maxWaitingPerCompany: 1 });
    const held = [await rooms.enter("a"), await rooms.enter("a"), await rooms.enter("b")];
    const waiting = rooms.enter("a");
    expect(await codeOf(rooms.enter("a"))).toBe("rate_limited");
    const other = rooms.enter("b");
    for (const room of held) room.release();
    (await waiting).release();
    (await other).release();
    expect(rooms.used).toBe(0);
  });
});
