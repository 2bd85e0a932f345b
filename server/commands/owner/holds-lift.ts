import { z } from "zod";
import { companyIdSchema } from "../../../contracts/ids.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { heldCompanyOf } from "./held-company.ts";
import { openSession } from "./open-session.ts";

const Input = z.object({
  hold: z.uuid("is a hold's id, as holdfast holds lists it"),
  company: companyIdSchema.optional(),
  json: z.boolean().default(false),
});

/** `holdfast holds lift`: from now on retention alone says how long the snapshot stays. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { hold: holdId, company, json } = parseCommandInput(Input, input);
  const session = await openSession(process.env);
  await session.client.archive.liftHold.mutate({ companyId: heldCompanyOf(session, company), holdId });
  print(json, { holdId, isLifted: true }, `${holdId} is lifted`);
  return 0;
}
