/** What tabs of this origin tell each other about the vault: whether it is open, and until when. Never a key or a name. */
export type LockMessage =
  | { readonly kind: "locked"; readonly tab: string }
  /** `locksAtMs` is Unix ms. */
  | { readonly kind: "unlocked"; readonly tab: string; readonly locksAtMs: number }
  /** The person chose how long vaults of this browser stay open without them. */
  | { readonly kind: "idle"; readonly minutes: number }
  /** A page that shows the chip came up. */
  | { readonly kind: "ask" }
  /** The person locked, or signed out: every vault of this browser locks. */
  | { readonly kind: "lock_all" };

const CHANNEL = "holdfast-vault";

/** Anything that is none of ours, or of another build, counts as absent. */
export function parseLockMessage(data: unknown): LockMessage | null {
  if (typeof data !== "object" || data === null || !("kind" in data)) return null;
  if (data.kind === "ask" || data.kind === "lock_all") return { kind: data.kind };
  if (data.kind === "idle" && "minutes" in data && typeof data.minutes === "number") {
    return { kind: "idle", minutes: data.minutes };
  }
  if (!("tab" in data) || typeof data.tab !== "string") return null;
  if (data.kind === "locked") return { kind: "locked", tab: data.tab };
  if (data.kind === "unlocked" && "locksAtMs" in data && typeof data.locksAtMs === "number") {
    return { kind: "unlocked", tab: data.tab, locksAtMs: data.locksAtMs };
  }
  return null;
}

/** Tells every other tab once. */
export function tellLock(message: LockMessage): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(message);
  channel.close();
}

/** Returns how to stop listening. */
export function listenToLocks(listen: (message: LockMessage) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const message = parseLockMessage(data);
    if (message !== null) listen(message);
  });
  return () => channel.close();
}

/** Which tab's vault stays open longest; null when all are locked. */
export function longestOpen(untilByTab: ReadonlyMap<string, number>, nowMs: number): number | null {
  const open = [...untilByTab.values()].filter((locksAtMs) => locksAtMs > nowMs);
  return open.length === 0 ? null : Math.max(...open);
}
