import { type IncomingMessage, request } from "node:http";
import { setTimeout as passMs } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ALL_HOURS, BANDWIDTH_MIN_BYTES_PER_SECOND } from "../../contracts/schedules.ts";
import { nodeRandomness } from "../../engine/primitives/node.ts";
import { NOTHING_SET } from "../domain/schedule/effective-schedule.ts";
import { type CompanyWorld, createCompanyWorld, newMember, sealPack, type TestRun } from "../testing/company-world.ts";
import { type GatewayWorld, openGatewayWorld, openRun, runGrant, tokenFor } from "./testing/gateway-world.ts";
import { TurnedClock } from "./testing/turned-clock.ts";

const KiB = 1024;
const BYTES_PER_SECOND = 1_000_000;
/** What may come at once after a pause (bandwidth-bucket.ts). */
const BURST_MS = 250;
/** As many uploads of a company may wait at the gateway (create-gateway.ts). */
const PLACES_TO_WAIT = 8;

const clock = new TurnedClock(new Date());
let gateway: GatewayWorld;

beforeAll(async () => {
  gateway = await openGatewayWorld((zones) => zones, { clock });
});
afterAll(() => gateway.close());

async function limit({ companyId, personId }: CompanyWorld, bytesPerSecond: number): Promise<void> {
  const bandwidth = { rules: [{ hours: Array(7).fill(ALL_HOURS), bytesPerSecond }] };
  const settings = { ...NOTHING_SET, bandwidth };
  const put = { level: "company", subjectId: companyId, settings, byPersonId: personId } as const;
  expect(await gateway.store.putSchedule(companyId, put)).toBe("stored");
}

/** A run of a new company. */
async function openCompany(bytesPerSecond: number | null) {
  const world = await createCompanyWorld(gateway.store);
  if (bytesPerSecond !== null) await limit(world, bytesPerSecond);
  return openRun(gateway, world);
}

/** Of about 2 MiB. */
function newPack(run: TestRun) {
  const members = Array.from({ length: 8 }, () => newMember(run.world, 1, nodeRandomness.bytes(256 * KiB)));
  return sealPack(run, "content", members);
}

const pathOf = ({ packId }: { readonly packId: string }) => `/bulk/v1/packs/${packId}`;

/** Turns the clock to whatever is waited for until this is done. */
async function turnUntil<Result>(done: Promise<Result>): Promise<Result> {
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  done.then(end, end);
  while (!isDone) {
    clock.turnToNext();
    await passMs(1);
  }
  return done;
}

test("uploads of one company share its limit, and another company is not slowed", async () => {
  const limited = await openCompany(BYTES_PER_SECOND);
  const other = await openCompany(null);
  const packs = [newPack(limited.run), newPack(limited.run), newPack(limited.run)];
  const ended: string[] = [];
  const uploads = packs.map(async (pack) => {
    const outcome = await limited.client.outcome("PUT", pathOf(pack), pack.bytes);
    ended.push(outcome);
    return outcome;
  });
  // The clock stands still: for who waits for it, no time passes.
  for (const pack of [newPack(other.run), newPack(other.run)]) {
    expect(await other.client.outcome("PUT", pathOf(pack), pack.bytes)).toBe("201");
  }
  expect(ended).toEqual([]);
  const begunMs = clock.now().getTime();
  expect(await turnUntil(Promise.all(uploads))).toEqual(["201", "201", "201"]);
  const tookMs = clock.now().getTime() - begunMs;
  const sizeBytes = packs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const atLimitMs = (sizeBytes / BYTES_PER_SECOND) * 1000;
  expect(tookMs).toBeGreaterThanOrEqual(Math.floor(atLimitMs) - BURST_MS - 1);
  // Rounded up to a millisecond for each piece.
  expect(tookMs).toBeLessThanOrEqual(atLimitMs * 1.1);
});

/** Sends the head of an upload that asks first. */
function ask(run: TestRun, pack: { readonly packId: string; readonly bytes: Uint8Array }) {
  const sent = request(new URL(pathOf(pack), gateway.url), {
    method: "PUT",
    headers: {
      authorization: `Bearer ${tokenFor(gateway, runGrant(run))}`,
      "content-length": String(pack.bytes.length),
      expect: "100-continue",
    },
  });
  const told = { isToGoOn: false };
  sent.once("continue", () => {
    told.isToGoOn = true;
    sent.end(pack.bytes);
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once("response", resolve);
    sent.once("error", reject);
  });
  sent.flushHeaders();
  return { sent, told, answered };
}

test("who asks first is told to go on at once where there is no limit", async () => {
  const { run } = await openCompany(null);
  const { told, answered } = ask(run, newPack(run));
  expect([(await answered).statusCode, told.isToGoOn]).toEqual([201, true]);
});

test("who asks first while all turns are taken has sent nothing when it is told to come again, and keeps nobody from asking", async () => {
  const { run, client } = await openCompany(BANDWIDTH_MIN_BYTES_PER_SECOND);
  const first = newPack(run);
  const upload = client.outcome("PUT", pathOf(first), first.bytes);
  // At the least limit, one pack at a time: this one.
  await vi.waitFor(() => expect(clock.sleepers).toBe(1), { timeout: 20_000 });
  const asked = Array.from({ length: PLACES_TO_WAIT + 1 }, () => ask(run, newPack(run)));
  const settled = Promise.allSettled(asked.map(({ answered }) => answered));
  const refusal = await Promise.race(asked.map(({ answered }) => answered));
  expect(refusal.statusCode).toBe(429);
  expect(JSON.parse(await refusal.setEncoding("utf8").reduce((text, piece) => text + piece, ""))).toMatchObject({
    code: "bandwidth_limited",
    retryAfterMs: 5_000,
  });
  expect(asked.some(({ told }) => told.isToGoOn)).toBe(false);
  expect(await client.outcome("POST", "/bulk/v1/known-chunks?kind=1", nodeRandomness.bytes(32))).toBe("200");
  for (const { sent } of asked) sent.destroy();
  await settled;
  expect(await turnUntil(upload)).toBe("201");
});

test("an upload that waits for its turn gets it when one is done", async () => {
  const { run, client } = await openCompany(BANDWIDTH_MIN_BYTES_PER_SECOND);
  const packs = [newPack(run), newPack(run), newPack(run)];
  const uploads = packs.map((pack) => client.outcome("PUT", pathOf(pack), pack.bytes));
  expect(await turnUntil(Promise.all(uploads))).toEqual(["201", "201", "201"]);
});
