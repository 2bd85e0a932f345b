import type { PgBoss } from "pg-boss";
import { z } from "zod";
import type { Logger } from "../../platform/log.ts";
import { makeQueue, reported } from "../job-queue.ts";
import { type ScrubOptions, scrub } from "./scrub.ts";
import { traceFindings } from "./trace-findings.ts";

const FIND_SCRUBS = "find-scrubs";
const SCRUB = "scrub";
const SCRUB_TRACE = "scrub-trace";
const EVERY_MINUTE = "* * * * *";
const POLL_SECONDS = 10;
/** A zone's disks have agents to serve: two companies are read at a time in all zones together, a piece each. */
const SCRUB_CONCURRENCY = 2;
/** After a trace that could not be ended because a zone is away. */
const TRACE_REST_MS = 10 * 60_000;

const Pair = z.object({ companyId: z.string(), zoneId: z.string() });
const Company = z.object({ companyId: z.string() });

interface ServeScrubs {
  readonly deps: ScrubOptions["deps"];
  readonly log: Logger;
  readonly owner: string;
  readonly scrubDays: number;
  readonly now: () => Date;
}

/** Looks every minute which companies have copies to read, or findings to follow, and wakes the queue for them. */
export async function serveScrubs(boss: PgBoss, options: ServeScrubs, signal: AbortSignal): Promise<void> {
  const { deps, log, owner, now } = options;
  const restUntilMs = new Map<string, number>();
  const polling = { pollingIntervalSeconds: POLL_SECONDS };
  for (const name of [SCRUB, SCRUB_TRACE, FIND_SCRUBS]) await makeQueue(boss, name);
  await boss.work(SCRUB, { ...polling, localConcurrency: SCRUB_CONCURRENCY }, async (jobs) => {
    for (const job of jobs) {
      await reported(log, SCRUB, async () => {
        const pair = Pair.parse(job.data);
        const scrubOptions = { deps, owner, log, signal, now, daysPerRound: options.scrubDays };
        const result = await scrub(scrubOptions, pair.companyId, pair.zoneId);
        if (result.verified + result.found > 0 || result.kind === "away") log.info({ ...pair, ...result }, "scrubbed");
      });
    }
  });
  await boss.work(SCRUB_TRACE, polling, async (jobs) => {
    for (const job of jobs) {
      await reported(log, SCRUB_TRACE, async () => {
        const { companyId } = Company.parse(job.data);
        const result = await traceFindings({ deps, owner, signal, now }, companyId);
        if (result.kind === "waiting") restUntilMs.set(companyId, now().getTime() + TRACE_REST_MS);
        else if (result.kind === "done") log.info({ companyId, ...result }, "followed findings to their snapshots");
      });
    }
  });
  await boss.work(FIND_SCRUBS, polling, () =>
    reported(log, FIND_SCRUBS, async () => {
      const nowMs = now().getTime();
      for (const [companyId, untilMs] of restUntilMs) if (untilMs <= nowMs) restUntilMs.delete(companyId);
      await wakeAll(boss, deps, restUntilMs);
    }),
  );
  await boss.schedule(FIND_SCRUBS, EVERY_MINUTE);
  await boss.send(FIND_SCRUBS, {}, { singletonKey: FIND_SCRUBS });
}

async function wakeAll(
  boss: PgBoss,
  { store, zones }: ServeScrubs["deps"],
  resting: ReadonlyMap<string, number>,
): Promise<void> {
  for (const zone of zones.all()) {
    const { zoneId } = zone;
    if (!(await zone.probe()).isReachable) continue;
    for (const companyId of await store.listScrubsDue(zoneId)) {
      await boss.send(SCRUB, { companyId, zoneId }, { singletonKey: `${zoneId}/${companyId}` });
    }
  }
  for (const companyId of await store.listCompaniesToTrace()) {
    if (!resting.has(companyId)) await boss.send(SCRUB_TRACE, { companyId }, { singletonKey: companyId });
  }
}
