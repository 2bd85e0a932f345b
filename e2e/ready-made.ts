import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** Tells the journeys of this run where the demo lies that was made for all of them. */
const PLACE = "HOLDFAST_READY_MADE";

/**
 * What vitest calls before the journeys: a place for a demo that the first of them makes, and those after it copy, because making
 * one costs twice as much as starting it again. `npm run prove` makes each from nothing.
 */
export default function setup(): () => void {
  if (process.env.HOLDFAST_PROVE === "1") return () => {};
  const place = mkdtempSync(join(tmpdir(), "holdfast-ready-made-"));
  // As root, PostgreSQL runs under another account, which must get in.
  chmodSync(place, 0o755);
  process.env[PLACE] = place;
  return () => rmSync(place, { recursive: true, force: true });
}

interface ReadyMade {
  /** Empty; gets what `make` left. */
  readonly folder: string;
  /** Where the copy will be reached. */
  readonly url: string;
  /** Makes the demo in a folder, and stops it. */
  readonly make: (folder: string) => Promise<void>;
}

/** Lays a stopped service with the demo into a folder, as if it had been moved there; nothing where this run has no place for one. */
export async function layReadyMade({ folder, url, make }: ReadyMade): Promise<void> {
  const place = process.env[PLACE];
  if (place === undefined) return;
  const made = join(place, "made");
  if (!existsSync(made)) {
    const draft = join(place, "draft");
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o755 });
    await make(draft);
    renameSync(draft, made);
  }
  // Owners stay: PostgreSQL's files are another account's.
  execFileSync("cp", ["-a", `${made}/.`, folder]);
  rewrite(join(folder, "data", "demo.json"), "portalUrl", url);
  rewrite(join(folder, "demo-agent", "identity", "agent.json"), "origin", url);
}

function rewrite(path: string, name: string, value: string): void {
  const found = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, "utf8")));
  if (typeof found[name] !== "string") throw new Error(`${path} has no ${name}`);
  writeFileSync(path, JSON.stringify({ ...found, [name]: value }));
}
