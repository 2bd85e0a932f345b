import { z } from "zod";
import { parseCommandInput, print } from "./command-input.ts";
import { signIn } from "./open-session.ts";

const Input = z.object({ json: z.boolean().default(false) });

/** `holdfast login`: signs in and remembers the session. It unlocks nothing. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { json } = parseCommandInput(Input, input);
  const { portalUrl, email, viewer } = await signIn(process.env);
  const { kind, role, companyId } = viewer;
  print(json, { portalUrl, email, kind, role, companyId }, `Signed in to ${portalUrl} as ${email} (${kind}, ${role}).`);
  return 0;
}
