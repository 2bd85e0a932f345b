import { bar, formatBytes, formatTime } from "../../../agent/commands/progress-line.ts";
import type { RestoreEvents } from "../../../agent/restore/restore-tree.ts";
import type { FileFailure, Shortfall, ShortfallKind } from "../../../agent/restore/write-task.ts";
import { toBase64 } from "../../../engine/codec/hex.ts";
import { fromBinaryText, toReadableText } from "../../../engine/restore/binary-text.ts";
import { print } from "./command-input.ts";

const EXIT_COMPLETE = 0;
const EXIT_FAILED = 1;
const EXIT_GAPS = 3;
const SHOW_EVERY_MS = 200;
/** Shown by name; all are counted. */
const SHOWN_SHORTFALLS = 20;

const notSet: Readonly<Record<ShortfallKind, string>> = {
  owner: "owner",
  xattr: "extended attribute",
  mode: "mode",
  times: "time",
};

/** Tells how a restore goes: failures at once, what could not be set in short, progress on a terminal. */
export class RestoreReport implements RestoreEvents {
  readonly #isJson: boolean;
  readonly #totalBytes: number;
  readonly #startedAtMs = performance.now();
  readonly #shortfalls = new Map<ShortfallKind, number>();
  #shown = 0;
  #shownAtMs = 0;
  #isLineOpen = false;
  files = 0;
  bytes = 0;
  storedBytes = 0;

  /** @param totalBytes what is to come, for the bar */
  constructor(isJson: boolean, totalBytes: number) {
    this.#isJson = isJson;
    this.#totalBytes = totalBytes;
  }

  onFailure = ({ path, code, message }: FileFailure): void => {
    this.#clearLine();
    print(this.#isJson, { ...pathFields(path), problem: code, message }, `${readable(path)}: ${message} (${code})`);
  };

  onShortfall = ({ kind, path, code }: Shortfall): void => {
    this.#shortfalls.set(kind, (this.#shortfalls.get(kind) ?? 0) + 1);
    if (this.#shown++ >= SHOWN_SHORTFALLS) return;
    this.#clearLine();
    print(
      this.#isJson,
      { ...pathFields(path), notSet: kind, code },
      `${readable(path)}: ${notSet[kind]} not set (${code})`,
    );
  };

  onFiles = (files: number): void => {
    this.files += files;
    this.#show();
  };

  onProgress = ({ bytes, storedBytes }: { bytes: number; storedBytes: number }): void => {
    this.bytes += bytes;
    this.storedBytes += storedBytes;
    this.#show();
  };

  get seconds(): number {
    return Math.round(performance.now() - this.#startedAtMs) / 1000;
  }

  /** The last words about what could not be set. @returns the exit code */
  finish({ failures, shortfalls }: { failures: number; shortfalls: number }): number {
    this.#clearLine();
    if (!this.#isJson && shortfalls > SHOWN_SHORTFALLS) {
      console.log(`${shortfalls} owners, modes, times or attributes could not be set in all${rootHint()}`);
    }
    if (failures > 0) return EXIT_FAILED;
    return shortfalls > 0 ? EXIT_GAPS : EXIT_COMPLETE;
  }

  tell(message: string): void {
    this.#clearLine();
    console.error(`holdfast: ${message}`);
  }

  #show(): void {
    if (!process.stderr.isTTY || performance.now() - this.#shownAtMs < SHOW_EVERY_MS) return;
    this.#shownAtMs = performance.now();
    this.#isLineOpen = true;
    process.stderr.write(`\r\x1b[K${this.#line()}`);
  }

  #line(): string {
    const elapsedMs = performance.now() - this.#startedAtMs;
    const share = this.#totalBytes === 0 ? 0 : Math.min(1, this.bytes / this.#totalBytes);
    const left = share > 0 ? `, about ${formatTime((elapsedMs / share) * (1 - share))} left` : "";
    const rate = formatBytes(this.bytes / Math.max(0.001, elapsedMs / 1000));
    return `${bar(share)} ${this.files} files, ${formatBytes(this.bytes)}, ${rate}/s${left}`;
  }

  #clearLine(): void {
    if (this.#isLineOpen) process.stderr.write("\r\x1b[K");
    this.#isLineOpen = false;
  }
}

function rootHint(): string {
  return process.geteuid?.() === 0 ? "" : "; only root can give files to other owners";
}

function readable(path: string): string {
  return toReadableText(`/${path}`);
}

/** A path as text, and as bytes when text cannot say it. */
export function pathFields(path: string): { path: string; pathBase64?: string } {
  const bytes = fromBinaryText(`/${path}`);
  const isText = Buffer.from(Buffer.from(bytes).toString("utf8")).equals(bytes);
  return { path: readable(path), ...(!isText && { pathBase64: toBase64(bytes) }) };
}
