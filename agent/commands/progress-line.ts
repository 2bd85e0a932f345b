import type { BackupProgress } from "../backup/backup-paths.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** One line for a terminal: a bar where the end is known, files, bytes, rate, what dedupe saved, time left. */
export function progressLine(progress: BackupProgress): string {
  const { files, bytes, readBytes, newBytes, elapsedMs, expected } = progress;
  const rate = readBytes / Math.max(0.001, elapsedMs / 1000);
  const saved = Math.max(0, readBytes - newBytes);
  const share = expected === undefined || expected.bytes === 0 ? undefined : Math.min(1, bytes / expected.bytes);
  const parts = [
    `${files} files`,
    formatBytes(bytes),
    `${formatBytes(rate)}/s`,
    `dedupe saved ${formatBytes(saved)}`,
    share === undefined || share === 0 ? undefined : `about ${formatTime((elapsedMs / share) * (1 - share))} left`,
  ];
  const text = parts.filter((part) => part !== undefined).join(", ");
  return share === undefined ? text : `${bar(share)} ${text}`;
}

export function formatBytes(sizeBytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, sizeBytes)) / 10)));
  const value = sizeBytes / 1024 ** unit;
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function formatTime(durationMs: number): string {
  const seconds = Math.ceil(durationMs / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

export function bar(share: number): string {
  const width = 20;
  const filled = Math.round(share * width);
  return `[${"#".repeat(filled)}${"-".repeat(width - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
