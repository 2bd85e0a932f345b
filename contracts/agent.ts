import { z } from "zod";
import { signedReleaseSchema } from "./agent-release.ts";
import { base64Schema, countSchema } from "./fields.ts";
import { clientRunIdSchema, runIdSchema, sourceIdSchema, zoneIdSchema } from "./ids.ts";
import { logHeadView } from "./keys.ts";
import { SIGNED_OBJECT_MAX_BYTES } from "./limits.ts";

/** A release that is newer than the agent that asks; absent when there is none, so that older agents can read the answer. */
const updateSchema = z.exactOptional(signedReleaseSchema);

export const agentHelloView = z.strictObject({
  serverTime: z.date(),
  /** Of the control plane's history; an agent refuses a lower one than it has seen. */
  controlTerm: countSchema,
  minAgentVersion: z.string(),
  logHead: logHeadView,
  /** Sequence of this agent's last committed manifest; 0 before the first. */
  lastSequence: countSchema,
  /** The clear, signed header of that manifest; null before the first. */
  lastHeader: z.string().nullable(),
  update: updateSchema,
});
export type AgentHelloView = z.infer<typeof agentHelloView>;

/** A signed source definition (JSON with sealed name and paths inside). */
export const agentPutSourceInput = z.strictObject({ definition: base64Schema(SIGNED_OBJECT_MAX_BYTES) });
export type AgentPutSourceInput = z.input<typeof agentPutSourceInput>;
export const agentSourceView = z.strictObject({ sourceId: sourceIdSchema });

/** When each source of the machine starts next, by the server's clock. */
export const agentScheduleView = z.strictObject({
  serverTime: z.date(),
  /** The agent asks again after so long, or when it has done what was to be done. */
  checkAfterMs: countSchema.min(1_000),
  update: updateSchema,
  sources: z.array(
    z.strictObject({
      sourceId: sourceIdSchema,
      /** Null while it is paused. `startAt` is the due time with its jitter; when it is past, the start is now. */
      next: z.strictObject({ dueAt: z.date(), startAt: z.date() }).nullable(),
    }),
  ),
});
export type AgentScheduleView = z.infer<typeof agentScheduleView>;

/** `clientRunId` makes the call repeatable: the same one returns the same run. */
export const agentStartRunInput = z.strictObject({ sourceId: sourceIdSchema, clientRunId: clientRunIdSchema });
export type AgentStartRunInput = z.input<typeof agentStartRunInput>;

/** How long the agent waits before it tells how far it is: shorter while somebody looks. */
const beatSchema = countSchema.min(500);

export const agentRunView = z.strictObject({
  runId: runIdSchema,
  fencingToken: countSchema,
  leaseMs: countSchema,
  beatMs: beatSchema,
  /** The zone this run writes to until it ends. */
  zoneId: zoneIdSchema,
  bulkToken: z.string(),
  scope: countSchema,
  epoch: countSchema,
});
export type AgentRunView = z.infer<typeof agentRunView>;

export const runProgress = z.strictObject({
  files: countSchema,
  /** Read from the source so far. */
  bytes: countSchema,
  /** Sent so far, after dedupe and compression. */
  storedBytes: countSchema,
});
export type RunProgress = z.infer<typeof runProgress>;

export const agentHeartbeatInput = z.strictObject({
  runId: runIdSchema,
  fencingToken: countSchema,
  progress: runProgress,
});
export type AgentHeartbeatInput = z.input<typeof agentHeartbeatInput>;
export const agentHeartbeatView = z.strictObject({
  leaseMs: countSchema,
  beatMs: beatSchema,
  bulkToken: z.string(),
  isCancelled: z.boolean(),
  /** The window of its schedule has ended: end the run as cancelled, with `window_ended`. It goes on in the next one. */
  isOver: z.boolean(),
});
export type AgentHeartbeatView = z.infer<typeof agentHeartbeatView>;

/** Runs that end without a snapshot; the others are ended by commit-snapshot. */
export const agentEndRunInput = z.strictObject({
  runId: runIdSchema,
  fencingToken: countSchema,
  outcome: z.enum(["failed", "cancelled"]),
  /** Why, as a stable code without names of documents, e.g. `source_unreadable`. */
  code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be a code: lower-case letters, digits, underscores"),
});
export type AgentEndRunInput = z.input<typeof agentEndRunInput>;
export const agentRunEndedView = z.strictObject({ runId: runIdSchema });
