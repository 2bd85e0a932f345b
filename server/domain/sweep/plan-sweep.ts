import type { SweepPack } from "../store/sweep-store.ts";

export type KeepReason =
  /** A snapshot reaches something in it. */
  | "reached"
  /** It came after the marking began. */
  | "new"
  /** The run that uploaded it goes on. */
  | "run_open"
  /** A backup that broke off may still go on where it was. */
  | "young"
  /** Quarantined, and not yet marked again from scratch. */
  | "marked_once"
  /** A run that was open when it was quarantined goes on. */
  | "runs_open"
  /** Quarantined a moment ago: a copy of it may be under way. */
  | "resting"
  /** The zones keep it until its lock is over. */
  | "locked"
  /** Something could not be read, so nobody knows what is reached. */
  | "marks_incomplete";

/** What one sweep does with one pack. `forget` finishes a deletion that has begun: objects, index entries, presence. */
export type SweepStep = SweepDecision & {
  readonly packId: string;
  readonly packNo: number;
  readonly sizeBytes: number;
};

type SweepDecision =
  | { readonly kind: "keep"; readonly reason: KeepReason }
  | { readonly kind: "quarantine"; readonly reason: "unreached" }
  /** What is reached of it is copied into another pack; later rounds find nothing that is reached in this one. */
  | { readonly kind: "repack"; readonly reason: "mostly_unreached" }
  | { readonly kind: "rescue"; readonly reason: "reached" }
  | { readonly kind: "delete"; readonly reason: "unreached_again" }
  | { readonly kind: "forget"; readonly reason: "deleting" };

export interface SweepView {
  readonly round: number;
  /** Greatest pack number that the marks speak about. */
  readonly packHigh: number;
  /** Everything that a snapshot reaches is marked. */
  readonly areMarksComplete: boolean;
  /** Live packs younger than this are left alone. */
  readonly graceMs: number;
  /** Quarantined packs stay at least as long. */
  readonly restMs: number;
  /** What a frame is taken for until its pack has been read: most have about 512 KiB or less. */
  readonly frameBytes: number;
}

/** Below this share of reached bytes a pack is repacked. */
export const SPARSE_SHARE = 0.3;

/** Decides about packs; does nothing. In doubt a pack is kept. */
export function planSweep(packs: readonly SweepPack[], view: SweepView): SweepStep[] {
  return packs.map((pack) => {
    const { packId, packNo, sizeBytes } = pack;
    return { packId, packNo, sizeBytes, ...decide(pack, view) };
  });
}

function decide(pack: SweepPack, view: SweepView): SweepDecision {
  switch (pack.state) {
    case "live":
      return decideLive(pack, view);
    case "quarantined":
      return decideQuarantined(pack, view);
    case "deleting":
      return { kind: "forget", reason: "deleting" };
  }
}

function decideLive(pack: SweepPack, view: SweepView): SweepDecision {
  if (pack.liveFrames > 0) return decideReached(pack, view);
  if (!view.areMarksComplete) return { kind: "keep", reason: "marks_incomplete" };
  if (pack.isLocked) return { kind: "keep", reason: "locked" };
  if (pack.packNo > view.packHigh) return { kind: "keep", reason: "new" };
  if (pack.isRunOpen) return { kind: "keep", reason: "run_open" };
  if (pack.ageMs < view.graceMs) return { kind: "keep", reason: "young" };
  return { kind: "quarantine", reason: "unreached" };
}

function decideReached(pack: SweepPack, view: SweepView): SweepDecision {
  const reached = { kind: "keep", reason: "reached" } as const;
  if (pack.tier === "archive" || pack.isRepacked || !view.areMarksComplete || pack.packNo > view.packHigh)
    return reached;
  if (pack.isRunOpen || pack.ageMs < view.graceMs) return reached;
  const isSparse = pack.liveFrames * view.frameBytes < SPARSE_SHARE * pack.sizeBytes;
  return isSparse ? { kind: "repack", reason: "mostly_unreached" } : reached;
}

function decideQuarantined({ liveFrames, quarantine, isLocked }: SweepPack, view: SweepView): SweepDecision {
  if (liveFrames > 0) return { kind: "rescue", reason: "reached" };
  if (!view.areMarksComplete) return { kind: "keep", reason: "marks_incomplete" };
  if (isLocked) return { kind: "keep", reason: "locked" };
  if (quarantine === null || quarantine.round === null || quarantine.round >= view.round) {
    return { kind: "keep", reason: "marked_once" };
  }
  if (quarantine.areRunsOpen) return { kind: "keep", reason: "runs_open" };
  if (quarantine.ageMs < view.restMs) return { kind: "keep", reason: "resting" };
  return { kind: "delete", reason: "unreached_again" };
}

/** Packs and bytes by what becomes of them, for people. */
export type SweepTally = Readonly<Record<string, { readonly packs: number; readonly bytes: number }>>;

export function addToTally(tally: SweepTally, steps: readonly SweepStep[]): SweepTally {
  const sums: Record<string, { packs: number; bytes: number }> = { ...tally };
  for (const { kind, reason, sizeBytes } of steps) {
    const name = `${kind}: ${reason}`;
    const { packs, bytes } = sums[name] ?? { packs: 0, bytes: 0 };
    sums[name] = { packs: packs + 1, bytes: bytes + sizeBytes };
  }
  return sums;
}
