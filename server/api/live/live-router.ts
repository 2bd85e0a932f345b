import type { RunChangesView } from "../../../contracts/live.ts";
import { companyOf, router, viewerProcedure } from "../procedures.ts";
import { toRunView } from "../run-view.ts";
import { untilSignedOut } from "./until-signed-out.ts";

/** What pages are told while they are open, over one stream of server-sent events for each browser. */
export const liveRouter = router({
  /** Staff hear of every company's runs, members of their own. */
  runs: viewerProcedure.subscription(async function* ({ ctx, signal }): AsyncGenerator<RunChangesView, void> {
    const { deps, viewer } = ctx;
    const session = untilSignedOut(ctx, signal);
    try {
      for await (const { at, isWhole, runs } of deps.runFeed.listen(companyOf(viewer, undefined), session.signal)) {
        yield { at, isWhole, runs: runs.map(toRunView) };
      }
    } finally {
      session.stop();
    }
  }),
});
