import { join } from "node:path";
import { findFile, replaceFile, type StateFolder } from "./state-folder.ts";

/** A source of this machine as the agent knows it. In `identity/`, so that it stays the same source without a cache. */
export interface KnownSource {
  readonly sourceId: string;
  readonly ordinal: number;
  /** Of its newest definition that the server has. */
  readonly number: number;
  readonly name: string;
  /** True when the name was given with --source; otherwise the paths say which source it is. */
  readonly isNamed: boolean;
  /** Absolute, base64, sorted. */
  readonly paths: readonly string[];
  readonly excludes: readonly string[];
}

const FILE = "sources.json";

export function listSources(state: StateFolder): KnownSource[] {
  const bytes = findFile(join(state.identity, FILE));
  return bytes === undefined ? [] : parseSources(bytes);
}

/** Adds a source or replaces what is known of it. */
export function keepSource(state: StateFolder, source: KnownSource): void {
  const others = listSources(state).filter((known) => known.sourceId !== source.sourceId);
  const json = { v: 1, sources: [...others, source] };
  replaceFile(join(state.identity, FILE), Buffer.from(`${JSON.stringify(json, null, 1)}\n`));
}

function parseSources(bytes: Buffer): KnownSource[] {
  const json = JSON.parse(bytes.toString("utf8")) as { sources?: KnownSource[] };
  return json.sources ?? [];
}
