import { resolve } from "node:path";
import { z } from "zod";
import { toHex } from "../../engine/codec/hex.ts";
import type { PackTier } from "../../engine/format/pack-index.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { addToTally, type SweepStep, type SweepTally } from "../domain/sweep/plan-sweep.ts";
import { createLog } from "../platform/log.ts";
import { planCompanySweep } from "../worker/sweep/plan-company-sweep.ts";
import { DriftWatch } from "../worker/sweep/read-evidence.ts";
import { FRAME_BYTES, GRACE_MS, REST_MS, type SweepOptions, type SweepResult, sweep } from "../worker/sweep/sweep.ts";
import { listCompanyIds } from "./service/list-company-ids.ts";
import { type OpenService, openService } from "./service/open-service.ts";
import { ServiceError } from "./service/service-error.ts";

const EXIT_COMPLETE = 0;
/** Something kept from deleting; it is named. */
const EXIT_HELD = 3;

const Input = z.object({
  data: z.string().min(1).default("data"),
  company: z.uuid("is a company's id").optional(),
  dryRun: z.boolean().default(false),
  json: z.boolean().default(false),
});

/** `holdfast sweep`: what nothing reaches any more, by company: only told with `--dry-run`, else quarantined or deleted. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const parsed = Input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ServiceError("usage", `--${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { data, company, dryRun, json: isJson } = parsed.data;
  const service = await openService(resolve(data), process.env);
  try {
    let isHeld = false;
    for (const companyId of await listCompanyIds(service.store, company)) {
      const options = optionsOf(service);
      for (const tier of ["backup", "archive"] as const) {
        const told = { companyId, tier, isJson };
        const outcome = dryRun ? await tellPlan(options, told) : await tellSweep(options, told);
        isHeld ||= outcome === "held";
      }
    }
    return isHeld ? EXIT_HELD : EXIT_COMPLETE;
  } finally {
    await service.close();
  }
}

function optionsOf({ store, zones, awaitJournal }: OpenService): SweepOptions {
  const log = createLog("sweep");
  // Results are printed, and nothing else may stand between them.
  log.level = "silent";
  return {
    deps: { store, zones, primitives: nodePrimitives },
    owner: `command-${process.pid}-${toHex(nodeRandomness.bytes(6))}`,
    log,
    now: () => new Date(),
    drift: new DriftWatch(),
    controlTerm: () => store.getControlTerm(),
    awaitJournal,
    graceMs: GRACE_MS,
    restMs: REST_MS,
    frameBytes: FRAME_BYTES,
  };
}

interface Told {
  readonly companyId: string;
  readonly tier: PackTier;
  readonly isJson: boolean;
}

async function tellPlan(options: SweepOptions, told: Told): Promise<"held" | "free"> {
  const { companyId, tier, isJson } = told;
  let tally: SweepTally = {};
  const plan = await planCompanySweep(options, told, (steps) => {
    tally = addToTally(tally, steps);
    for (const step of steps) if (step.kind !== "keep") tellStep(told, step);
  });
  if (plan === null) throw busy(companyId);
  const { round, problem, hold } = plan;
  if (isJson) console.log(JSON.stringify({ company: companyId, tier, round, plan: tally, problem, hold }));
  else {
    console.log(`company ${companyId}, ${tier} tier, round ${round}`);
    for (const [name, { packs, bytes }] of Object.entries(tally)) {
      console.log(`  ${name}: ${packs} packs, ${(bytes / 1e6).toFixed(1)} MB`);
    }
    if (problem)
      console.log(`  nobody knows all that is reached, so nothing is deleted: ${problem.code}, ${problem.detail}`);
    if (hold) console.log(`  nothing would be deleted now: ${hold.code}, ${hold.detail}`);
  }
  return problem || hold ? "held" : "free";
}

function tellStep({ companyId, tier, isJson }: Told, { kind, reason, packId, sizeBytes }: SweepStep): void {
  if (isJson) console.log(JSON.stringify({ company: companyId, tier, kind, reason, packId, sizeBytes }));
  else console.log(`${kind}  ${packId}  ${sizeBytes} bytes  ${reason}`);
}

async function tellSweep(options: SweepOptions, { companyId, tier, isJson }: Told): Promise<"held" | "free"> {
  const sums = { quarantined: 0, rescued: 0, repacked: 0, deleted: 0, deletedBytes: 0 };
  for (;;) {
    const result: SweepResult = await sweep(options, companyId, tier);
    if (result.kind === "busy") throw busy(companyId);
    sums.quarantined += result.quarantined;
    sums.rescued += result.rescued;
    sums.repacked += result.repacked;
    sums.deleted += result.deleted;
    sums.deletedBytes += result.deletedBytes;
    if (result.kind === "more") continue;
    const { held } = result;
    if (isJson) console.log(JSON.stringify({ company: companyId, tier, ...sums, held }));
    else {
      const megabytes = (sums.deletedBytes / 1e6).toFixed(1);
      const kept = `${sums.quarantined} quarantined, ${sums.rescued} rescued, ${sums.repacked} repacked`;
      const what = `${kept}, ${sums.deleted} deleted (${megabytes} MB)`;
      console.log(
        `company ${companyId}, ${tier} tier: ${what}${held ? `; held up: ${held.code}, ${held.detail}` : ""}`,
      );
    }
    return held ? "held" : "free";
  }
}

function busy(companyId: string): ServiceError {
  return new ServiceError("sweep_busy", `company ${companyId} is being swept just now: try again in a minute`);
}
