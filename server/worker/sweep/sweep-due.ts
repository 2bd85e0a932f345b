import { type SweepOptions, sweep } from "./sweep.ts";

/** No step begins after this: the last one takes 45 s, and the queue gives the job 120. */
const BEGIN_MS = 30_000;

/** Sweeps the companies whose turn it is, one step after the other; what is left waits for the next wake. */
export async function sweepDue(options: SweepOptions, everyMs: number): Promise<void> {
  const { deps, log, now, signal } = options;
  const endMs = now().getTime() + BEGIN_MS;
  for (const tier of ["backup", "archive"] as const) {
    for (const companyId of await deps.store.listCompaniesToSweep(tier, everyMs)) {
      if (now().getTime() >= endMs || signal?.aborted) return;
      try {
        const result = await sweep(options, companyId, tier);
        if (result.kind !== "busy") log.info({ companyId, tier, ...result }, "swept");
      } catch (error) {
        // One company's fault keeps no other from its turn.
        log.error({ companyId, tier, err: error }, "a sweep failed; it goes on with the next wake");
      }
    }
  }
}
