import { z } from "zod";
import type { TreeEntry } from "../../../engine/format/tree-entry.ts";
import { toBinaryText, toReadableText } from "../../../engine/restore/binary-text.ts";
import { normalPath } from "../../../engine/restore/snapshot-reader.ts";
import { parseCommandInput } from "./command-input.ts";
import { findSnapshot } from "./find-snapshot.ts";
import { openReading } from "./open-reading.ts";
import { parsePath } from "./restore.ts";
import { pathFields } from "./restore-report.ts";

const Input = z.object({
  snapshot: z.string(),
  path: z.string().default("/"),
  recursive: z.boolean().default(false),
  json: z.boolean().default(false),
});

/** `holdfast ls`: what a folder of a snapshot holds, or one object of it. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { snapshot, path, recursive, json } = parseCommandInput(Input, input);
  const wanted = normalPath(parsePath(path));
  const reading = await openReading();
  try {
    const tell = (message: string) => console.error(`holdfast: warning: ${message}`);
    const { snapshotId } = await findSnapshot(reading.session, snapshot, tell);
    const reader = await reading.openSnapshot(snapshotId);
    const show = json ? showJson : showLine;
    if (recursive) {
      for await (const step of reader.walk([wanted])) {
        if (step.kind === "entry" || (step.kind === "enter" && step.isSelected)) show(step.path, step.entry);
      }
      return 0;
    }
    const entry = await reader.find(wanted);
    if (entry && entry.type !== "folder") show(wanted, entry);
    else {
      for await (const below of reader.list(entry)) show(joined(wanted, toBinaryText(below.name)), below);
    }
    return 0;
  } finally {
    reading.close();
  }
}

function joined(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function showJson(path: string, entry: TreeEntry): void {
  const { type, mode, uid, gid, xattrs } = entry;
  const shown = {
    ...pathFields(path),
    type,
    mode: mode.toString(8).padStart(4, "0"),
    uid,
    gid,
    sizeBytes: sizeOf(entry),
    modifiedAt: exactTime(entry),
    ...(entry.type === "symlink" && { target: toReadableText(toBinaryText(entry.target)) }),
    ...("major" in entry && { major: entry.major, minor: entry.minor }),
    ...(entry.linkId && { hasFurtherNames: true }),
    ...(xattrs.length > 0 && { xattrs: xattrs.map(({ name }) => toReadableText(toBinaryText(name))) }),
  };
  console.log(JSON.stringify(shown));
}

const typeLetters: Readonly<Record<TreeEntry["type"], string>> = {
  file: "-",
  folder: "d",
  symlink: "l",
  fifo: "p",
  socket: "s",
  "character-device": "c",
  "block-device": "b",
};

function showLine(path: string, entry: TreeEntry): void {
  const target = entry.type === "symlink" ? ` -> ${toReadableText(toBinaryText(entry.target))}` : "";
  const owner = `${entry.uid}:${entry.gid}`.padEnd(11);
  const size = String(sizeOf(entry)).padStart(13);
  const time = exactTime(entry).slice(0, 19).replace("T", " ");
  console.log(
    `${typeLetters[entry.type]}${modeText(entry.mode)} ${owner} ${size} ${time} ${toReadableText(`/${path}`)}${target}`,
  );
}

function modeText(mode: number): string {
  const letters = "rwxrwxrwx".split("");
  const shown = letters.map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : "-"));
  const special = [
    [0o4000, 2, "s"],
    [0o2000, 5, "s"],
    [0o1000, 8, "t"],
  ] as const;
  for (const [bit, at, letter] of special) {
    if (mode & bit) shown[at] = shown[at] === "x" ? letter : letter.toUpperCase();
  }
  return shown.join("");
}

/** For a folder: what the files below it hold. */
function sizeOf(entry: TreeEntry): number {
  if (entry.type === "file") return entry.sizeBytes;
  return entry.type === "folder" ? entry.bytesBelow : 0;
}

/** ISO with nanoseconds, UTC; seconds since 1970 where ISO has no word for it. */
function exactTime({ mtimeSeconds, mtimeNanoseconds }: TreeEntry): string {
  const fraction = String(mtimeNanoseconds).padStart(9, "0");
  const date = new Date(mtimeSeconds * 1000);
  if (Number.isNaN(date.getTime())) return `${mtimeSeconds}.${fraction}`;
  return date.toISOString().replace(/\.\d{3}Z$/, `.${fraction}Z`);
}
