import { setTimeout as sleep } from "node:timers/promises";
import type { ZoneSet } from "../../domain/zone/zone-set.ts";
import { BASE_EVERY_MS, makeBase } from "./make-base.ts";
import { pruneJournal } from "./prune-journal.ts";
import { ShipJournal, type ShipJournalOptions } from "./ship-journal.ts";

/** What a change waits at most before its shipping begins: a statement of 1 ms twice a second when nothing happens. */
const TURN_MS = 250;
/** After a fault of the database. */
const REST_MS = 2_000;

export interface KeepJournalOptions extends ShipJournalOptions {
  readonly zones: ZoneSet;
  readonly signal: AbortSignal;
}

/** Ships the journal until the signal, and puts a new base into it once a day. A fault is logged and tried again; it never ends the process. */
export async function keepJournal(options: KeepJournalOptions): Promise<void> {
  const { signal, log } = options;
  const ship = new ShipJournal(options);
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
  const until = async (work: () => Promise<void>) => {
    while (!signal.aborted) {
      try {
        await work();
        await pause(TURN_MS);
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, "the journal has a fault; it is tried again");
        await pause(REST_MS);
      }
    }
  };
  const zones = options.zones.all().map((zone) => until(() => ship.shipTo(zone)));
  await Promise.all([until(() => ship.cut()), ...zones, until(() => keepBase(options, ship))]);
}

/** Bases have a loop of their own, so that they hold nothing up. */
async function keepBase(options: KeepJournalOptions, ship: ShipJournal): Promise<void> {
  const { journal, now, log, signal } = options;
  const { baseNumber, basedAt } = await journal.readHead();
  const isYoung = basedAt !== null && now().getTime() - basedAt.getTime() < BASE_EVERY_MS;
  // While a zone is away, what it lacks is kept for it here: bases on top of that would fill the database.
  if (baseNumber !== null && (isYoung || !(await haveAllUpTo(options, baseNumber)))) {
    await sleep(REST_MS, undefined, { signal }).catch(() => undefined);
    return;
  }
  const made = await makeBase(journal, () => ship.cut(), signal);
  log.info(made, "the journal has a new base");
  if (made.previous !== null) await pruneOnceSafe(options, made.endNumber, made.previous);
}

/** Only when every zone has the new base whole; while one is away nothing is removed anywhere. */
async function pruneOnceSafe(options: KeepJournalOptions, end: number, keepFrom: number): Promise<void> {
  const { journal, zones, log, signal } = options;
  while (!(await haveAllUpTo(options, end))) await sleep(REST_MS, undefined, { signal });
  const { term } = await journal.readHead();
  for (const { zoneId, backup } of zones.all()) {
    const pruned = await pruneJournal(backup, { keepFrom, term });
    log.info({ zoneId, pruned, keepFrom }, "removed what no reader of the journal needs");
  }
}

async function haveAllUpTo({ journal, zones }: KeepJournalOptions, number: number): Promise<boolean> {
  const shipped = await Promise.all(zones.all().map(({ zoneId }) => journal.findShipped(zoneId)));
  return shipped.every((last) => (last ?? 0) >= number);
}
