import type { SnapshotClass } from "../../../contracts/retention.ts";
import type { AgingSnapshot } from "../store/archive-store.ts";
import { type Buckets, bucketsOf, retainHeldUntil, retainUntil } from "./calendar.ts";
import type { Retention } from "./effective-retention.ts";
import { findSuspicious } from "./find-suspicious.ts";

export type RetentionStep = RetentionDecision & { readonly snapshotId: string; readonly commit: number };

type RetentionDecision =
  | { readonly kind: "keep"; readonly reason: KeepReason }
  | { readonly kind: "freeze"; readonly snapshotClass: SnapshotClass; readonly retainUntil: Date }
  /** It is frozen, its time is nearly over and a hold keeps it: the zones are to keep it locked for longer. */
  | { readonly kind: "extend"; readonly snapshotClass: SnapshotClass; readonly retainUntil: Date }
  /** Leaves the backup tier: the archive has it, or another one of its day stands for it, or its time is over already. */
  | { readonly kind: "leave_backup"; readonly reason: "frozen" | "thinned" | "past_retention" }
  /** The archive lets it go. */
  | { readonly kind: "expire"; readonly reason: "past_retention" };

export type KeepReason =
  /** Its days in the backup tier are not over. */
  | "young"
  /** The last one of its source: the next backup builds on it. */
  | "newest"
  | "frozen"
  | "held"
  /** The one that stands for its day is not frozen yet. */
  | "waits_for_day";

export interface RetentionView {
  readonly retention: Retention;
  /** On whose clocks days, weeks, months and years begin. */
  readonly timeZone: string;
  readonly now: Date;
}

interface Aged extends AgingSnapshot {
  readonly buckets: Buckets;
  /** Much smaller, or much more changed than those before: kept, but it stands for no other. */
  readonly isSuspicious: boolean;
}

const DAY_MS = 24 * 3_600_000;

/**
 * [Note: Classes]
 *
 * Decides what becomes of the snapshots of one source; does nothing. A day is looked at when it has been over for `freezeAfterDays`. One snapshot then stands
 * for it: one that was scheduled rather than not, complete rather than with gaps, the first rather than a later one. So a flood of runs pushes
 * nothing out: it falls into few days, and each day has its first. That one is frozen: as yearly if its year has none yet, else monthly, weekly, daily.
 * All others of the day leave the backup tier, but only once it is frozen. A suspicious snapshot stands for nothing, is frozen as well, and thins nothing out:
 * what encrypts or deletes a disk must not push out the last good state. What a hold keeps is frozen at once, so that the zones lock it, and kept for longer as often as its time is nearly over. The newest of a source always stays in the backup tier.
 *
 * @param snapshots of one source, oldest first, with all that were ever frozen
 */
export function planRetention(snapshots: readonly AgingSnapshot[], view: RetentionView): RetentionStep[] {
  const suspicious = findSuspicious(snapshots);
  const aged = snapshots.map(
    (snapshot): Aged => ({
      ...snapshot,
      buckets: bucketsOf(snapshot.receivedAt, view.timeZone),
      isSuspicious: suspicious.has(snapshot.commit),
    }),
  );
  const newest = aged.findLast(({ isInBackup }) => isInBackup);
  const taken = new TakenBuckets(aged);
  const steps = new Map<number, RetentionDecision>();
  for (const day of Map.groupBy(aged, ({ buckets }) => buckets.day).values()) {
    for (const [commit, decision] of decideDay(day, taken, view)) {
      const mustStay = commit === newest?.commit && decision.kind === "leave_backup";
      steps.set(commit, mustStay ? { kind: "keep", reason: "newest" } : decision);
    }
  }
  return aged.map(({ snapshotId, commit }) => {
    const decision = steps.get(commit) ?? ({ kind: "keep", reason: "young" } as const);
    return { snapshotId, commit, ...decision };
  });
}

/** Which weeks, months and years have one that stands for them; it counts also when its time was over long ago. */
class TakenBuckets {
  readonly #names = new Set<string>();

  constructor(aged: readonly Aged[]) {
    for (const each of aged) if (each.frozen && !each.isSuspicious) this.take(each.buckets, each.frozen.snapshotClass);
  }

  /** A longer class stands for the shorter ones as well. */
  take({ week, month, year }: Buckets, snapshotClass: SnapshotClass): void {
    if (snapshotClass === "daily") return;
    this.#names.add(week);
    if (snapshotClass === "weekly") return;
    this.#names.add(month);
    if (snapshotClass === "yearly") this.#names.add(year);
  }

  classFor({ week, month, year }: Buckets, retention: Retention): SnapshotClass {
    if (retention.yearlyYears > 0 && !this.#names.has(year)) return "yearly";
    if (retention.monthlyMonths > 0 && !this.#names.has(month)) return "monthly";
    if (retention.weeklyWeeks > 0 && !this.#names.has(week)) return "weekly";
    return "daily";
  }
}

function decideDay(day: readonly Aged[], taken: TakenBuckets, view: RetentionView): [number, RetentionDecision][] {
  const { retention, now } = view;
  const [first] = day;
  if (!first) return [];
  const isDue = first.buckets.dayEndsMs + retention.freezeAfterDays * DAY_MS <= now.getTime();
  const frozenOne = day.find((each) => each.frozen !== null && !each.isSuspicious);
  const standing = frozenOne ?? day.filter((each) => each.isInBackup && !each.isSuspicious).toSorted(byWorth)[0];
  return day.map((each): [number, RetentionDecision] => {
    if (each.frozen) return [each.commit, decideFrozen(each, now)];
    if (!isDue && !each.isHeld) return [each.commit, { kind: "keep", reason: "young" }];
    if (each === standing || each.isSuspicious || each.isHeld) {
      return [each.commit, decideStanding(each, { taken, view, isStanding: isDue && each === standing })];
    }
    // Not before what stands for it is in the archive of every zone (invariant 6).
    if (frozenOne === undefined) return [each.commit, { kind: "keep", reason: "waits_for_day" }];
    return [each.commit, { kind: "leave_backup", reason: "thinned" }];
  });
}

function decideFrozen({ frozen, isInBackup, isHeld }: Aged, now: Date): RetentionDecision {
  const isOver = frozen !== null && frozen.retainUntil <= now;
  if (isHeld) return decideHeld(frozen, now);
  if (frozen?.isExpired)
    return isInBackup ? { kind: "leave_backup", reason: "past_retention" } : { kind: "keep", reason: "frozen" };
  if (isInBackup) return { kind: "leave_backup", reason: "frozen" };
  return isOver ? { kind: "expire", reason: "past_retention" } : { kind: "keep", reason: "frozen" };
}

function decideHeld(frozen: AgingSnapshot["frozen"], now: Date): RetentionDecision {
  if (frozen === null || frozen.isExpired) return { kind: "keep", reason: "held" };
  const { snapshotClass } = frozen;
  const until = retainHeldUntil(frozen.retainUntil, now);
  return until > frozen.retainUntil
    ? { kind: "extend", snapshotClass, retainUntil: until }
    : { kind: "keep", reason: "held" };
}

interface Standing {
  readonly taken: TakenBuckets;
  readonly view: RetentionView;
  readonly isStanding: boolean;
}

function decideStanding(each: Aged, { taken, view, isStanding }: Standing): RetentionDecision {
  const snapshotClass = isStanding ? taken.classFor(each.buckets, view.retention) : "daily";
  const until = retainUntil(each.receivedAt, snapshotClass, view.retention);
  if (isStanding) taken.take(each.buckets, snapshotClass);
  if (each.isHeld) return { kind: "freeze", snapshotClass, retainUntil: retainHeldUntil(until, view.now) };
  if (until <= view.now) return { kind: "leave_backup", reason: "past_retention" };
  return { kind: "freeze", snapshotClass, retainUntil: until };
}

/** The one that is worth more comes first. */
function byWorth(a: Aged, b: Aged): number {
  const rank = (each: Aged) => (each.isScheduled ? 0 : 2) + (each.isComplete ? 0 : 1);
  return rank(a) - rank(b) || a.commit - b.commit;
}
