import { z } from "zod";
import { emailSchema, nameSchema } from "../../../contracts/fields.ts";
import { createCompany } from "../../api/client/create-company.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { openSession } from "./open-session.ts";
import { nodeKeyTools } from "./owner-session.ts";

const Input = z.object({
  name: nameSchema,
  owner: z.string("is needed: --owner EMAIL").pipe(emailSchema),
  json: z.boolean().default(false),
});

/** `holdfast companies create <name> --owner <email>` (staff): prints the invitation's link. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { name, owner, json } = parseCommandInput(Input, input);
  const { client, portalUrl } = await openSession(process.env);
  const created = await createCompany(nodeKeyTools, client, { portalUrl, name, ownerEmail: owner });
  print(json, { ...created }, created.link);
  if (!json) console.error(`holdfast: send this link to ${owner}, by a way that you trust: it lets them make the keys`);
  return 0;
}
