import { type BackupProgress, type BackupResult, backupPaths } from "../backup/backup-paths.ts";
import { AgentError } from "../state/agent-error.ts";
import { formatBytes, progressLine } from "./progress-line.ts";

export { backupPaths };

const EXIT_COMPLETE = 0;
const EXIT_GAPS = 3;
const JSON_PROGRESS_EVERY_MS = 1_000;
const GAPS_SHOWN = 20;

/** `holdfast agent backup PATH...` */
export async function run(input: Record<string, unknown>): Promise<number> {
  const isJson = input.json === true;
  const interrupt = new AbortController();
  const stop = () =>
    interrupt.abort(new AgentError("cancelled", "stopped; what arrived is kept, the next backup goes on from there"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const show = isJson ? showJson() : showLine();
  try {
    const result = await backupPaths({
      paths: textsOf(input.paths),
      source: textOf(input.source),
      excludes: textsOf(input.exclude),
      stateFolder: textOf(input.state),
      isParanoid: input.paranoid === true,
      signal: interrupt.signal,
      isCounting: !isJson,
      ...(show && { onProgress: show }),
    });
    report(result, isJson);
    return result.outcome === "complete" ? EXIT_COMPLETE : EXIT_GAPS;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  }
}

function showJson(): (progress: BackupProgress) => void {
  let shownAtMs = 0;
  return (progress) => {
    if (progress.elapsedMs - shownAtMs < JSON_PROGRESS_EVERY_MS) return;
    shownAtMs = progress.elapsedMs;
    console.log(JSON.stringify({ event: "progress", ...progress }));
  };
}

function showLine(): ((progress: BackupProgress) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (progress) => {
    const line = progressLine(progress).slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
    process.stderr.write(`\r${line}\x1b[K`);
  };
}

function report({ snapshotId, sourceId, outcome, counters, gaps }: BackupResult, isJson: boolean): void {
  if (isJson) {
    for (const gap of gaps) {
      const path = Buffer.from(gap.path);
      console.log(
        JSON.stringify({
          event: "gap",
          path: path.toString(),
          pathBase64: path.toString("base64"),
          reason: gap.reason,
          detail: gap.detail,
        }),
      );
    }
    console.log(JSON.stringify({ event: "done", snapshotId, sourceId, outcome, counters }));
    return;
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  for (const gap of gaps.slice(0, GAPS_SHOWN)) {
    console.error(`not backed up: /${Buffer.from(gap.path).toString()} (${gap.reason}: ${gap.detail})`);
  }
  if (counters.gaps > GAPS_SHOWN) console.error(`and ${counters.gaps - GAPS_SHOWN} more; the snapshot lists them`);
  console.log(
    `Snapshot ${snapshotId}: ${counters.files} files in ${counters.folders} folders, ${formatBytes(counters.bytes)}; ` +
      `${formatBytes(counters.newBytes)} new, ${formatBytes(counters.storedBytes)} sent, ${counters.seconds.toFixed(1)} s` +
      (counters.gaps > 0 ? `; ${counters.gaps} could not be read` : ""),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? [value] : [];
}
