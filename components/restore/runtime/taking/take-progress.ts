import type { BadCopy } from "../../../../engine/ports/pack-source.ts";
import { zoneWord } from "../../../status/zone-word.ts";
import type {
  FailedDocument,
  RestoreNote,
  RestorePlan,
  RestoreProgress,
  RestoreStart,
} from "../protocol/restore-calls.ts";

const TELL_EVERY_MS = 250;
/** A restore that stands still tells that it is there; pings of the service worker hang on it. */
const TELL_AT_LEAST_EVERY_MS = 5_000;
const MAX_NOTES = 50;
const MAX_FAILED = 1_000;
const RATE_OVER_MS = 30_000;
const RATE_FROM_MS = 5_000;
const SAMPLE_EVERY_MS = 500;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

export interface ProgressOptions {
  /** The zone that serves while all is well. */
  readonly firstZoneId: string | null;
  readonly plan: RestorePlan;
  readonly way: RestoreStart["way"];
  readonly tell: (progress: RestoreProgress) => void;
}

/** What a restore tells about itself, at most four times a second. */
export class TakeProgress {
  documentsVerified = 0;
  documentsFailed = 0;
  bytesVerified = 0;
  reason: string | null = null;
  readonly #options: ProgressOptions;
  readonly #startedAtMs = Date.now();
  #endedAtMs: number | null = null;
  #state: RestoreProgress["state"] = "running";
  #isPaused = false;
  #isWaiting = false;
  #bytesRead = 0;
  #requests = 0;
  readonly #packsByZone = new Map<string, Set<string>>();
  readonly #replaced = new Set<string>();
  readonly #badByZone = new Map<string, Set<string>>();
  readonly #notes: (RestoreNote & { readonly key: string })[] = [];
  readonly #failed: FailedDocument[] = [];
  readonly #samples: Sample[] = [];
  #isHidden = false;
  #toldAtMs = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), TELL_EVERY_MS);
  }

  get endedAtMs(): number | null {
    return this.#endedAtMs;
  }

  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  get notes(): readonly RestoreNote[] {
    return this.#notes.map(({ atMs, tone, text }) => ({ atMs, tone, text }));
  }

  get failed(): readonly FailedDocument[] {
    return this.#failed;
  }

  get packsReplaced(): number {
    return this.#replaced.size;
  }

  get hasEnded(): boolean {
    return this.#endedAtMs !== null;
  }

  read({ packId, zoneId, sizeBytes }: { packId: string; zoneId: string; sizeBytes: number }): void {
    this.#bytesRead += sizeBytes;
    this.#requests++;
    const packs = this.#packsByZone.get(zoneId) ?? new Set<string>();
    this.#packsByZone.set(zoneId, packs.add(packId));
    const { firstZoneId } = this.#options;
    if (firstZoneId !== null && zoneId !== firstZoneId && !this.#badByZone.get(firstZoneId)?.has(packId)) {
      this.note(
        "zone",
        "late",
        `The first zone did not serve everything. Reading went on from ${zoneWord(zoneId)}; nothing was lost.`,
      );
    }
    if (this.#badByZone.size > 0 && !this.#badByZone.get(zoneId)?.has(packId)) {
      const isBadElsewhere = [...this.#badByZone.values()].some((bad) => bad.has(packId));
      if (isBadElsewhere) this.#replaced.add(packId);
    }
  }

  badCopy({ packId, zoneId }: BadCopy): void {
    const packs = this.#badByZone.get(zoneId) ?? new Set<string>();
    this.#badByZone.set(zoneId, packs.add(packId));
    const what = packs.size === 1 ? "1 pack" : `${packs.size} packs`;
    this.note(
      `bad ${zoneId}`,
      "late",
      `${what} in ${zoneWord(zoneId)} did not verify. Good copies are fetched elsewhere; the service was told.`,
    );
  }

  line(line: "lost" | "back"): void {
    this.#isWaiting = line === "lost";
    if (line === "lost")
      this.note(
        "line",
        "late",
        "Nothing can be read: the line or every zone is down. What was verified is kept, and it goes on by itself.",
      );
    else this.note("line", "info", "Reading goes on.");
  }

  lose(document: FailedDocument): void {
    this.documentsFailed++;
    if (this.#failed.length < MAX_FAILED) this.#failed.push(document);
  }

  /** A note with the key of an earlier one replaces it. */
  note(key: string, tone: RestoreNote["tone"], text: string): void {
    const before = this.#notes.findIndex((note) => note.key === key);
    if (before >= 0) this.#notes.splice(before, 1);
    this.#notes.unshift({ key, atMs: Date.now(), tone, text });
    if (this.#notes.length > MAX_NOTES) this.#notes.pop();
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#samples.length = 0;
    this.#tell();
  }

  /** Names are not told while the vault is locked. */
  setHidden(isHidden: boolean): void {
    this.#isHidden = isHidden;
    this.#tell();
  }

  end(state: "done" | "failed" | "cancelled", reason: string | null): void {
    clearInterval(this.#timer);
    this.#state = state;
    this.reason = reason;
    this.#endedAtMs = Date.now();
    this.#tell();
  }

  view(): RestoreProgress {
    const { plan, way } = this.#options;
    const bytesPerSecond = this.#rate();
    const left = plan.bytes - this.bytesVerified;
    return {
      restoreId: plan.restoreId,
      state:
        this.#state !== "running" ? this.#state : this.#isPaused ? "paused" : this.#isWaiting ? "waiting" : "running",
      way,
      fileName: this.#isHidden ? "" : plan.fileName,
      documents: plan.documents,
      documentsVerified: this.documentsVerified,
      documentsFailed: this.documentsFailed,
      bytes: plan.bytes,
      bytesVerified: this.bytesVerified,
      bytesRead: this.#bytesRead,
      requests: this.#requests,
      packsByZone: Object.fromEntries([...this.#packsByZone].map(([zoneId, packs]) => [zoneId, packs.size])),
      packsReplaced: this.#replaced.size,
      bytesPerSecond,
      secondsLeft: bytesPerSecond ? left / bytesPerSecond : null,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.#endedAtMs,
      notes: this.notes,
      failed: this.#isHidden ? [] : this.#failed,
      reason: this.#isHidden && this.documentsFailed > 0 ? "Unlock to see why." : this.reason,
    };
  }

  #tick(): void {
    const now = performance.now();
    const last = this.#samples.at(-1);
    if (!this.#isPaused && (last === undefined || now - last.atMs >= SAMPLE_EVERY_MS)) {
      this.#samples.push({ atMs: now, bytes: this.bytesVerified });
      while ((this.#samples[0]?.atMs ?? now) < now - RATE_OVER_MS) this.#samples.shift();
    }
    const hasMoved = last === undefined || last.bytes !== this.bytesVerified;
    if (hasMoved || now - this.#toldAtMs >= TELL_AT_LEAST_EVERY_MS) this.#tell();
  }

  #tell(): void {
    this.#toldAtMs = performance.now();
    this.#options.tell(this.view());
  }

  #rate(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < RATE_FROM_MS) return null;
    return (last.bytes - first.bytes) / ((last.atMs - first.atMs) / 1000);
  }
}
