import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    days: { type: "string", default: "30" },
    machines: { type: "string", default: "5" },
  },
});
const [seed, seeds, days, machines] = [values.seed, values.seeds, values.days, values.machines].map(Number);
for (let at = 0; at < (seeds ?? 1); at++) {
  const t = performance.now();
  const result = await simulate({ seed: (seed ?? 1) + at, days: days ?? 30, machines: machines ?? 5 });
  if (result.violation) {
    console.log(result.events.join("\n"));
    console.log(`seed ${result.seed}: ${result.violation.invariant} ${result.violation.message}`);
    process.exitCode = 1;
    break;
  }
  const { seed: s, snapshots, runs, deletedPacks } = result;
  console.log(
    `seed ${s}: ok ${snapshots} snapshots ${runs} runs ${deletedPacks} deleted, ${Math.round(performance.now() - t)} ms`,
  );
}
