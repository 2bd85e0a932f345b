import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Edit, Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";

/** What the simulation is made of. */
const SOURCES = ["server", "engine", "contracts", "package.json", "tsconfig.json"];
const NOT_COPIED = /\.test\.ts$|\/generated($|\/)|\/vectors($|\/)/;

export interface TryOptions {
  readonly projectRoot: string;
  /** Seeds that a mutation may survive before it counts as not caught. */
  readonly seeds: number;
  readonly firstSeed: number;
  readonly days: number;
  readonly machines: number;
  /** Only those whose name holds this. */
  readonly only: string | null;
  readonly print: (line: string) => void;
}

/** A mutation may have the service turn in circles; 80 seeds take two minutes. */
const LONGEST_MS = 30 * 60_000;

const Outcome = z.object({
  seed: z.number(),
  violation: z.object({ invariant: z.string(), message: z.string() }).nullable(),
});

/** Breaks one protecting line after the other, in a copy of the sources, and sees whether the simulator finds it. Answers the names of those that it did not. */
export function tryMutations(options: TryOptions): readonly string[] {
  const chosen = MUTATIONS.filter(({ name }) => options.only === null || name.includes(options.only));
  const folder = mkdtempSync(join(tmpdir(), "holdfast-mutations-"));
  const missed: string[] = [];
  try {
    copySources(options.projectRoot, folder);
    for (const mutation of chosen) {
      const told = tryOne(options, folder, mutation);
      options.print(
        `${told.isCaught ? "caught    " : "NOT CAUGHT"} ${mutation.protects.padStart(6)}  ${mutation.name}: ${told.text}`,
      );
      if (!told.isCaught) missed.push(mutation.name);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  options.print(`${chosen.length - missed.length} of ${chosen.length} mutations caught`);
  return missed;
}

function copySources(projectRoot: string, folder: string): void {
  for (const name of SOURCES) {
    const filter = (path: string) => !NOT_COPIED.test(path);
    cpSync(join(projectRoot, name), join(folder, name), { recursive: true, filter });
  }
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
}

interface Told {
  readonly isCaught: boolean;
  readonly text: string;
}

function tryOne(options: TryOptions, folder: string, { edits, shownAs }: Mutation): Told {
  const before = new Map(edits.map(({ file }) => [file, readFileSync(join(folder, file), "utf8")]));
  try {
    for (const edit of edits) apply(folder, edit);
    const { violation, seed } = runSeeds(options, folder);
    if (!violation) return { isCaught: false, text: `${options.seeds} seeds showed nothing` };
    const [message = ""] = violation.message.split("\n");
    const text = `seed ${seed} shows ${violation.invariant}: ${message.slice(0, 160)}`;
    return { isCaught: shownAs.some((invariant) => invariant === violation.invariant), text };
  } finally {
    for (const [file, text] of before) writeFileSync(join(folder, file), text);
  }
}

/** @throws when the line is not there any more: then the list has to follow the code */
function apply(folder: string, { file, text, replacement }: Edit): void {
  const source = readFileSync(join(folder, file), "utf8");
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(`${file} holds "${text}" ${parts.length - 1} times: correct server/simulator/mutations-of-*.ts`);
  writeFileSync(join(folder, file), parts.join(replacement));
}

function runSeeds({ firstSeed, seeds, days, machines }: TryOptions, folder: string): z.infer<typeof Outcome> {
  const flags = { seed: firstSeed, seeds, days, machines };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const script = join(folder, "server", "simulator", "main.ts");
  const options = { cwd: folder, encoding: "utf8", timeout: LONGEST_MS } as const;
  const run = spawnSync(process.execPath, [script, ...args, "--json"], options);
  const last = run.stdout.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(`the simulation did not run: ${run.stderr || run.stdout}`);
  return Outcome.parse(JSON.parse(last));
}
