import { agentRouter } from "./agent-router.ts";
import { archiveRouter } from "./archive-router.ts";
import { collectorsRouter } from "./collectors-router.ts";
import { companiesRouter } from "./companies-router.ts";
import { enrolmentsRouter } from "./enrolments-router.ts";
import { incidentsRouter } from "./incidents-router.ts";
import { invitationsRouter } from "./invitations-router.ts";
import { keysRouter } from "./keys-router.ts";
import { liveRouter } from "./live/live-router.ts";
import { peopleRouter } from "./people-router.ts";
import { policiesRouter } from "./policies-router.ts";
import { router } from "./procedures.ts";
import { machineReads, runReads, snapshotReads, sourceReads } from "./reads-router.ts";
import { restoresRouter } from "./restores-router.ts";
import { schedulesRouter } from "./schedules-router.ts";
import { sessionRouter } from "./session-router.ts";
import { setupRouter } from "./setup-router.ts";
import { zonesRouter } from "./zones-router.ts";

/** The control API: everything that agents, the command line and the portal's pages may ask. */
export const appRouter = router({
  agent: agentRouter,
  archive: archiveRouter,
  collectors: collectorsRouter,
  companies: companiesRouter,
  enrolments: enrolmentsRouter,
  incidents: incidentsRouter,
  invitations: invitationsRouter,
  keys: keysRouter,
  live: liveRouter,
  machines: router(machineReads),
  people: peopleRouter,
  policies: policiesRouter,
  restores: restoresRouter,
  runs: router(runReads),
  schedules: schedulesRouter,
  session: sessionRouter,
  setup: setupRouter,
  snapshots: router(snapshotReads),
  sources: router(sourceReads),
  zones: zonesRouter,
});

export type AppRouter = typeof appRouter;
