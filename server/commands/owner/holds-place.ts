import { z } from "zod";
import { companyIdSchema, snapshotIdSchema } from "../../../contracts/ids.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { heldCompanyOf } from "./held-company.ts";
import { openSession } from "./open-session.ts";

const Input = z.object({
  snapshot: snapshotIdSchema,
  reason: z.string("is needed: why is it held?").min(1),
  company: companyIdSchema.optional(),
  json: z.boolean().default(false),
});

/** `holdfast holds place`: keeps one snapshot until the hold is lifted. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { snapshot: snapshotId, reason, company, json } = parseCommandInput(Input, input);
  const session = await openSession(process.env);
  const companyId = heldCompanyOf(session, company);
  const { holdId } = await session.client.archive.placeHold.mutate({ companyId, snapshotId, reason });
  print(json, { holdId, snapshotId }, `${snapshotId} is held, and will be frozen: ${holdId}`);
  return 0;
}
