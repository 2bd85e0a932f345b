import type { FindingKind, FindingView } from "../../contracts/scrubs.ts";
import { formatCount } from "../format/format-bytes.ts";

const KIND_WORDS: Readonly<Record<FindingKind, string>> = {
  content: "pack of content",
  meta: "pack of tree pages",
  manifest: "manifest",
  receipt: "receipt",
  header: "manifest header",
  sidecar: "sidecar of a frozen snapshot",
  log: "company log",
  wrap: "wrapped key",
  agent: "agent certificate",
  source: "source definition",
};

const CODE_WORDS: Readonly<Record<string, string>> = {
  hash_mismatch: "bytes have changed",
  wrong_length: "length is wrong",
  not_found: "is not there",
  damaged: "cannot be read",
};

export function findingKindWord(kind: FindingKind): string {
  return KIND_WORDS[kind];
}

/** What was wrong, in words where we have some. */
export function findingCodeWord(code: string): string {
  return CODE_WORDS[code] ?? code;
}

/** Enough of a name to tell it from others; the whole name is on hover. */
export function shortObjectName(objectName: string): string {
  const last = objectName.slice(objectName.lastIndexOf("/") + 1);
  return last.length <= 20 ? last : `${last.slice(0, 12)}…${last.slice(-4)}`;
}

/** How many snapshots reach it: "3 snapshots", "3 snapshots at most". */
export function touchedWord({ touched, kind }: Pick<FindingView, "touched" | "kind">): string {
  if (touched === null) return "being looked for";
  const { count, isExact } = touched;
  if (kind === "log" || kind === "wrap" || kind === "agent" || kind === "source") return "keys, of no snapshot alone";
  if (count === 0) return "none";
  const snapshots = `${formatCount(count)} ${count === 1 ? "snapshot" : "snapshots"}`;
  return isExact ? snapshots : `${snapshots} at most`;
}
