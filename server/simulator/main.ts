import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type SimulationResult, simulate } from "./simulate.ts";
import { tryMutations } from "./try-mutations.ts";

const USAGE = `npm run simulate -- [options]

Runs the real use cases and the worker's real steps over the store in memory, with simulated clocks, storage and network, and everything
that can go wrong, and compares it with a plain model all the time and at the end. The same options give the same run.

  --seed <number>      the first seed (default: 1)
  --seeds <count>      so many seeds, one after the other, until one shows a violation (default: 1)
  --days <days>        simulated days (default: 30)
  --machines <count>   machines, of at least two companies (default: 5)
  --mutations          break the protecting lines that server/simulator/mutations.ts lists one after the other, in a copy of the sources, each for up to
                       --seeds seeds (then default: 80); 1: one was not caught
  --only <text>        with --mutations: those whose name holds the text
  --json               one JSON object a line

0: no violation; 1: a violation, told with the last events and the line that replays it; 2: usage`;

const OPTIONS = {
  seed: { type: "string", default: "1" },
  seeds: { type: "string" },
  days: { type: "string", default: "30" },
  machines: { type: "string", default: "5" },
  mutations: { type: "boolean", default: false },
  only: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;
/** Seeds that a mutation may survive. */
const MUTATION_SEEDS = "80";
const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

process.exitCode = await main();

async function main(): Promise<number> {
  const values = readOptions();
  if (values === null) return 2;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { seed, seeds, days, machines } = values;
  if (values.mutations) {
    const only = values.only ?? null;
    const print = (line: string) => console.log(line);
    return tryMutations({ projectRoot, firstSeed: seed, seeds, days, machines, only, print }).length === 0 ? 0 : 1;
  }
  for (let at = seed; at < seed + seeds; at++) {
    const result = await simulate({ seed: at, days, machines });
    tell(result, { days, machines, isJson: values.json });
    if (result.violation) return 1;
  }
  return 0;
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const seeds = countOf("seeds", values.seeds ?? (values.mutations ? MUTATION_SEEDS : "1"));
    const counts = { seed: countOf("seed", values.seed), days: countOf("days", values.days), seeds };
    return { ...values, ...counts, machines: countOf("machines", values.machines) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return null;
  }
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`--${name} takes a whole number from 1 on, not "${text}"`);
  return count;
}

interface TellOptions {
  readonly days: number;
  readonly machines: number;
  readonly isJson: boolean;
}

function tell(result: SimulationResult, { days, machines, isJson }: TellOptions): void {
  const { seed, violation, events, snapshots, runs, deletedPacks, frozen, expired } = result;
  if (isJson) {
    const found = violation && { invariant: violation.invariant, message: violation.message };
    console.log(JSON.stringify({ seed, violation: found, snapshots, runs, deletedPacks, frozen, expired }));
  } else if (violation === null) {
    console.log(
      `seed ${seed}: ${runs} runs, ${snapshots} snapshots, ${frozen} frozen, ${expired} expired, ${deletedPacks} packs deleted, no violation`,
    );
  } else {
    for (const event of events) console.log(event);
    console.log(`seed ${seed} violates ${violation.invariant}: ${violation.message}`);
    console.log(`replay: npm run simulate -- --seed ${seed} --days ${days} --machines ${machines}`);
  }
}
