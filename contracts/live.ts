import { z } from "zod";
import { runView } from "./runs.ts";

/** One message of the stream of runs. */
export const runChangesView = z.strictObject({
  /** The server's time: browsers count on with it, whatever their own clock says. */
  at: z.date(),
  /** True of the first message of a stream: these are all open runs (at most PAGE_MAX_COUNT). Later ones hold what changed. */
  isWhole: z.boolean(),
  /** Open ones as they are now, ended ones with their outcome. */
  runs: z.array(runView),
});
export type RunChangesView = z.infer<typeof runChangesView>;
