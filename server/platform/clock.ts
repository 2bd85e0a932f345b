import { setTimeout as sleepFor } from "node:timers/promises";
import type { Clock } from "../../engine/ports/clock.ts";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(delayMs, signal) {
    await sleepFor(delayMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  },
};
