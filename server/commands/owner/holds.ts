import { z } from "zod";
import { companyIdSchema } from "../../../contracts/ids.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { heldCompanyOf } from "./held-company.ts";
import { openSession } from "./open-session.ts";

const Input = z.object({ company: companyIdSchema.optional(), json: z.boolean().default(false) });

/** `holdfast holds`: which snapshots outlive their retention, and why. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { company, json } = parseCommandInput(Input, input);
  const session = await openSession(process.env);
  const { holds } = await session.client.archive.holds.query({ companyId: heldCompanyOf(session, company) });
  for (const hold of holds) {
    const { holdId, snapshotId, machineName, reason, placedAt } = hold;
    print(json, { ...hold }, `${holdId}  ${snapshotId}  ${machineName}  since ${placedAt.toISOString()}  ${reason}`);
  }
  if (holds.length === 0 && !json) console.log("Nothing is under a hold.");
  return 0;
}
