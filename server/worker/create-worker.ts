import { setTimeout as sleep } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import { z } from "zod";
import type { DomainDeps } from "../domain/domain-deps.ts";
import { INCIDENT_PATIENCE, keepIncidents } from "../domain/incident/keep-incidents.ts";
import type { JournalStore } from "../domain/journal/journal-store.ts";
import { endExpiredRuns } from "../domain/run/end-expired-runs.ts";
import { keepLedger } from "../domain/schedule/keep-ledger.ts";
import type { Logger } from "../platform/log.ts";
import type { OpenZoneSet } from "../zones/open-zones.ts";
import { AgeDue } from "./archive/age-due.ts";
import { type KeepCollectorsOptions, keepCollectors } from "./collect/keep-collectors.ts";
import { FindWork, type ReplicationPair } from "./find-work.ts";
import { makeQueue, reported } from "./job-queue.ts";
import { keepJournal } from "./journal/keep-journal.ts";
import { probeZones } from "./probe-zones.ts";
import { replicate } from "./replication/replicate.ts";
import { serveScrubs } from "./scrub/serve-scrubs.ts";
import { DriftWatch } from "./sweep/read-evidence.ts";
import { FRAME_BYTES, GRACE_MS, REST_MS } from "./sweep/sweep.ts";
import { sweepDue } from "./sweep/sweep-due.ts";

/** How often it is looked for something to copy: what a commit waits at most until its copying begins. */
const LOOK_MS = 1_000;
const REPLICATE = "replicate";
const END_EXPIRED_RUNS = "end-expired-runs";
const PROBE_ZONES = "probe-zones";
const KEEP_LEDGER = "keep-ledger";
const SWEEP = "sweep";
const AGE = "age";
const KEEP_INCIDENTS = "keep-incidents";
const EVERY_MINUTE = "* * * * *";
/** Connections of the queue; the steps use the store's own. */
const QUEUE_CONNECTIONS = 4;
/** Companies served at a time; each holds at most 128 MiB of packs, see replicate.ts. */
const REPLICATE_CONCURRENCY = 2;
/** They are due once a minute, or sooner where they say so. */
const HOUSEKEEPING_POLL_SECONDS = 10;
/** After this a zone is tried again: what fills it up or takes it away must be known before many backups have chosen it. */
const PROBE_AGAIN_SECONDS = 5;
const STOP_MS = 8_000;

const Pair = z.object({ companyId: z.string(), zoneId: z.string() });

export interface WorkerOptions {
  readonly deps: DomainDeps & { readonly zones: OpenZoneSet };
  readonly journal: JournalStore;
  /** Waits until what a company has written is durable in every zone that can be reached; false when it does not get there. */
  readonly awaitJournal: (companyId: string) => Promise<boolean>;
  /** PostgreSQL as the worker's role, for the queue. */
  readonly queueUrl: string;
  readonly log: Logger;
  /** Names this process in leases. */
  readonly owner: string;
  /** Without replication nothing is scrubbed either: nobody would heal what is found. */
  readonly isReplicationPaused: boolean;
  /** In so many days every copy is read again. */
  readonly scrubDays: number;
  /** How late a run may begin before it is missed. */
  readonly missedGraceMs: number;
  /** How often it is looked what of a company is to be frozen or let go; 0 for never. */
  readonly ageEveryMs: number;
  /** How often a company is swept; 0 for never. */
  readonly sweepEveryMs: number;
  /** Null where this worker runs no collectors. */
  readonly collectors: Pick<KeepCollectorsOptions, "folder" | "roots" | "ownFolders" | "atOnce" | "memoryMib"> | null;
  readonly now: () => Date;
}

export interface Worker {
  stop(): Promise<void>;
}

/**
 * Starts the jobs. The queue only wakes: who may work, and from where, says the job's own row (`takeJob`), so a wake that is lost, doubled
 * or late does no harm.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { log } = options;
  const boss = new PgBoss({
    connectionString: options.queueUrl,
    schema: "pgboss",
    createSchema: false,
    application_name: "holdfast-worker-queue",
    max: QUEUE_CONNECTIONS,
    useListenNotify: true,
  });
  boss.on("error", (error) => log.error({ err: error }, "the queue has a fault"));
  await boss.start();
  const abort = new AbortController();
  await serveHousekeeping(boss, options, abort.signal);
  const { journal, now, deps, collectors } = options;
  const { zones, primitives } = deps;
  const shipping = keepJournal({ journal, zones, primitives, log, now, signal: abort.signal });
  const collecting =
    collectors === null ? undefined : keepCollectors({ deps, ...collectors, log, signal: abort.signal });
  let looking = Promise.resolve();
  if (options.isReplicationPaused) log.warn("replication is paused by HOLDFAST_REPLICATION");
  else {
    const findWork = await serveReplication(boss, options, abort.signal);
    looking = look({ boss, findWork, log, signal: abort.signal });
    await serveScrubs(boss, options, abort.signal);
  }
  return {
    async stop() {
      abort.abort();
      await Promise.all([looking, shipping, collecting]);
      await boss.stop({ graceful: true, timeout: STOP_MS });
    },
  };
}

async function serveHousekeeping(boss: PgBoss, options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const { deps, log, missedGraceMs, ageEveryMs, sweepEveryMs, owner, now, awaitJournal } = options;
  const controlTerm = () => deps.store.getControlTerm();
  const limits = { graceMs: GRACE_MS, restMs: REST_MS, frameBytes: FRAME_BYTES };
  const sweeping = { deps, log, owner, now, signal, controlTerm, awaitJournal, drift: new DriftWatch(), ...limits };
  const aging = new AgeDue(sweeping, ageEveryMs);
  const jobs = [
    [
      PROBE_ZONES,
      async () => {
        try {
          await probeZones(deps);
        } finally {
          await boss.send(PROBE_ZONES, {}, { singletonKey: PROBE_ZONES, startAfter: PROBE_AGAIN_SECONDS });
        }
      },
    ],
    [
      END_EXPIRED_RUNS,
      async () => {
        const runIds = await endExpiredRuns(deps);
        if (runIds.length > 0) log.info({ runIds }, "ended runs whose lease had passed");
      },
    ],
    [
      KEEP_LEDGER,
      async () => {
        const { missed } = await keepLedger(deps, missedGraceMs);
        if (missed.length > 0) log.warn({ missed }, "runs that were due did not begin");
      },
    ],
    [AGE, () => aging.step()],
    [
      KEEP_INCIDENTS,
      async () => {
        const step = await keepIncidents(deps, INCIDENT_PATIENCE);
        if (step.opened.length + step.closed > 0) log.warn(step, "incidents opened or were closed");
      },
    ],
    [
      SWEEP,
      async () => {
        if (sweepEveryMs > 0) await sweepDue(sweeping, sweepEveryMs);
      },
    ],
  ] as const;
  for (const [name, work] of jobs) {
    await makeQueue(boss, name);
    await boss.work(name, { pollingIntervalSeconds: HOUSEKEEPING_POLL_SECONDS }, () => reported(log, name, work));
    await boss.schedule(name, EVERY_MINUTE);
    await boss.send(name, {}, { singletonKey: name });
  }
}

async function serveReplication(boss: PgBoss, options: WorkerOptions, signal: AbortSignal): Promise<FindWork> {
  const { deps, log, now } = options;
  const findWork = new FindWork({ store: deps.store, zones: deps.zones, now });
  await makeQueue(boss, REPLICATE);
  const workOptions = {
    pollingIntervalSeconds: 1,
    notifyPollingIntervalSeconds: 2,
    localConcurrency: REPLICATE_CONCURRENCY,
  };
  await boss.work(REPLICATE, workOptions, async (jobs) => {
    for (const job of jobs) await reported(log, REPLICATE, () => replicatePair(options, findWork, signal, job.data));
  });
  return findWork;
}

async function replicatePair(options: WorkerOptions, findWork: FindWork, signal: AbortSignal, data: unknown) {
  const pair = Pair.parse(data);
  const { deps, owner, log, now } = options;
  const result = await replicate({ deps, owner, log, now, signal }, pair.companyId, pair.zoneId);
  if (result.kind !== "busy") log.info({ ...pair, ...result }, "replicated");
  if (result.kind === "done" && result.copied === 0 && result.waiting > 0) findWork.rest(pair);
}

interface Look {
  readonly boss: PgBoss;
  readonly findWork: FindWork;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Wakes the queue for every pair that is behind, once a second, until the signal. */
async function look({ boss, findWork, log, signal }: Look): Promise<void> {
  while (!signal.aborted) {
    await reported(log, "look", async () => {
      for (const pair of await findWork.listPairs()) await wake(boss, pair);
    });
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function wake(boss: PgBoss, pair: ReplicationPair): Promise<void> {
  await boss.send(REPLICATE, pair, { singletonKey: `${pair.zoneId}/${pair.companyId}` });
}
