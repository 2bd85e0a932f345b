import type { PgBoss } from "pg-boss";
import type { Logger } from "../platform/log.ts";

/** A job that ran for longer has died with its process; our steps end after 45 s. */
const EXPIRE_SECONDS = 120;
const KEEP_JOBS_SECONDS = 3_600;

/** At most one waiting and one running job per key: more would wake nobody better. */
export async function makeQueue(boss: PgBoss, name: string): Promise<void> {
  const settings = { expireInSeconds: EXPIRE_SECONDS, retryLimit: 0, deleteAfterSeconds: KEEP_JOBS_SECONDS };
  if ((await boss.getQueue(name)) === null)
    await boss.createQueue(name, { policy: "stately", notify: true, ...settings });
}

/** A job that fails is logged and comes again with the next wake; it never ends the process. */
export async function reported(log: Logger, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ job: name, err: error }, "a job failed; it is tried again");
  }
}
