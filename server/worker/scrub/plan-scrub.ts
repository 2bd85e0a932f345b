/**
 * [Note: The pace of a scrub]
 *
 * A round reads every copy of a company in a zone that counts. It aims at three quarters of its days, evenly: the last quarter is for
 * zones that were away and for companies that grow. Nothing is read before it is due. What is behind is caught up, at four times the
 * even pace at most (or a copy an hour, where that is more), so that a zone that comes back after a week is not read flat out while agents
 * write to it.
 */
const AIM_SHARE = 0.75;
const CATCH_UP_FACTOR = 4;
/** What a copy costs besides its bytes: a request. Else a hundred thousand small manifests would all be due in one minute. */
export const COPY_COST_BYTES = 64 * 1024;
/** A step comes at most so often, */
export const STEP_EVERY_MS = 60_000;
/** and at least so often: a company that has grown has more due than was foreseen. */
const LOOK_EVERY_MS = 60 * 60_000;
const DAY_MS = 86_400_000;

export interface ScrubView {
  /** Null before the first round. */
  readonly round: { readonly startedAt: Date; readonly readBytes: number } | null;
  /** Cost of what this round has still to read. */
  readonly leftBytes: number;
  readonly now: Date;
  readonly daysPerRound: number;
}

export type ScrubPlan =
  /** The first round, or the one before was through and its days are over. */
  | { readonly kind: "begin" }
  /** Read on until this is spent, one copy at least. */
  | { readonly kind: "read"; readonly budgetBytes: number }
  /** Nothing is due. */
  | { readonly kind: "rest" };

/** Decides how much of a round may be read now; does nothing. */
export function planScrub(view: ScrubView): ScrubPlan {
  const { round, leftBytes, now } = view;
  if (round === null) return { kind: "begin" };
  const elapsedMs = now.getTime() - round.startedAt.getTime();
  const aimMs = aimMsOf(view.daysPerRound);
  if (leftBytes === 0) return { kind: elapsedMs >= aimMs ? "begin" : "rest" };
  const totalBytes = round.readBytes + leftBytes;
  const dueBytes = totalBytes * Math.min(1, elapsedMs / aimMs) - round.readBytes;
  if (dueBytes <= 0) return { kind: "rest" };
  const mostBytes = (CATCH_UP_FACTOR * totalBytes * STEP_EVERY_MS) / aimMs;
  return { kind: "read", budgetBytes: Math.ceil(Math.min(dueBytes, mostBytes)) };
}

/** How long until the next copy is due, or the next round; and, when behind, until what this step has spent is worth its time. */
export function nextStepInMs(view: ScrubView, spentBytes: number): number {
  const { round, leftBytes, now } = view;
  if (round === null) return STEP_EVERY_MS;
  const aimMs = aimMsOf(view.daysPerRound);
  const totalBytes = Math.max(1, round.readBytes + leftBytes);
  const share = leftBytes === 0 ? 1 : round.readBytes / totalBytes;
  const dueMs = round.startedAt.getTime() + share * aimMs - now.getTime();
  const paceMs = (spentBytes * aimMs) / (CATCH_UP_FACTOR * totalBytes);
  return Math.round(Math.min(LOOK_EVERY_MS, Math.max(STEP_EVERY_MS, dueMs, paceMs)));
}

/** What reading so many copies costs. */
export function scrubCostBytes(copies: { readonly copies: number; readonly bytes: number }): number {
  return copies.bytes + copies.copies * COPY_COST_BYTES;
}

function aimMsOf(daysPerRound: number): number {
  return AIM_SHARE * daysPerRound * DAY_MS;
}
