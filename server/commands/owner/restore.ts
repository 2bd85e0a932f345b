import { resolve } from "node:path";
import { z } from "zod";
import { toBinaryText } from "../../../engine/restore/binary-text.ts";
import { ClientError } from "./client-error.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { findSnapshot } from "./find-snapshot.ts";
import { openReading, type Reading } from "./open-reading.ts";
import { restoreCompany } from "./restore-company.ts";
import { restoreToFolder } from "./restore-to-folder.ts";
import { restoreToZip } from "./restore-to-zip.ts";

const Input = z.object({
  snapshot: z.string().optional(),
  paths: z.array(z.string()).default([]),
  to: z.string().min(1, "is a folder").optional(),
  zip: z.string().min(1, "is a file").optional(),
  company: z.boolean().default(false),
  at: z
    .union([
      z.literal("now").transform(() => new Date()),
      z.iso
        .datetime({ offset: true, error: "is a moment like 2026-01-31T12:00:00Z, or now" })
        .transform((text) => new Date(text)),
    ])
    .optional(),
  overwrite: z.boolean().default(false),
  json: z.boolean().default(false),
});
type RestoreInput = z.output<typeof Input>;

/** `holdfast restore`: paths of a snapshot, or everything, to a folder or a ZIP; or the whole company as of a moment. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const options = parseCommandInput(Input, input);
  requireOneWay(options);
  const reading = await openReading();
  try {
    return options.company ? await runCompany(reading, options) : await runSnapshot(reading, options);
  } finally {
    reading.close();
  }
}

async function runSnapshot(reading: Reading, options: RestoreInput): Promise<number> {
  const { to, zip, overwrite: isOverwriting, json: isJson } = options;
  const paths = options.paths.map(parsePath);
  const tell = (message: string) => console.error(`holdfast: warning: ${message}`);
  const { snapshotId, gaps } = await findSnapshot(reading.session, options.snapshot ?? "", tell);
  const reader = await reading.openSnapshot(snapshotId);
  if (gaps > 0) tell(`the backup itself has ${gaps} gaps: what it could not read then is not in it`);
  if (zip !== undefined) {
    const written = await restoreToZip({ reading, reader, paths, file: zip, isOverwriting, isJson });
    print(
      isJson,
      { snapshotId, outcome: "complete", ...written },
      `restored ${String(written.files)} files into ${zip}`,
    );
    return 0;
  }
  const folder = resolve(to ?? "");
  const { exitCode, ...counts } = await restoreToFolder({ reading, reader, paths, to: folder, isOverwriting, isJson });
  const line = `restored ${counts.files} files, ${counts.bytes} bytes to ${folder} in ${counts.seconds} s${describeRest(counts)}`;
  print(isJson, { snapshotId, outcome: outcomeOf(exitCode), to: folder, ...counts }, line);
  return exitCode;
}

async function runCompany(reading: Reading, options: RestoreInput): Promise<number> {
  const { overwrite: isOverwriting, json: isJson, at = new Date() } = options;
  const to = resolve(options.to ?? "");
  const { exitCode, ...counts } = await restoreCompany({ reading, at, to, isOverwriting, isJson });
  const line = `restored ${counts.snapshots} sources, ${counts.files} files, ${counts.bytes} bytes to ${to}${describeRest(counts)}`;
  print(isJson, { at, outcome: outcomeOf(exitCode), to, ...counts }, line);
  return exitCode;
}

function requireOneWay({ snapshot, paths, to, zip, company, at }: RestoreInput): void {
  const usage = (message: string) => new ClientError("usage", message);
  if (company) {
    if (snapshot !== undefined || paths.length > 0)
      throw usage("--company restores everything: give no snapshot and no paths");
    if (at === undefined) throw usage("--company needs --at: a moment like 2026-01-31T12:00:00Z, or now");
    if (to === undefined || zip !== undefined) throw usage("--company needs --to, a folder");
    return;
  }
  if (snapshot === undefined)
    throw usage("say which snapshot: its id, the beginning of it, or latest:<machine>; or --company");
  if (at !== undefined) throw usage("--at goes with --company; choose a snapshot by its id otherwise");
  if ((to === undefined) === (zip === undefined)) throw usage("say where to: either --to <folder> or --zip <file>");
}

/** @throws ClientError `usage` */
export function parsePath(text: string): string {
  if (text.startsWith("/")) return toBinaryText(new TextEncoder().encode(text));
  throw new ClientError("usage", `"${text}": give paths as they were backed up, from the root on, such as /home/ana`);
}

export function outcomeOf(exitCode: number): string {
  if (exitCode === 0) return "complete";
  return exitCode === 1 ? "failed" : "complete_with_gaps";
}

export function describeRest({ failures, shortfalls }: { failures: number; shortfalls: number }): string {
  const parts = [
    failures > 0 ? `${failures} could not be restored` : "",
    shortfalls > 0 ? `${shortfalls} owners, modes, times or attributes could not be set` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}
