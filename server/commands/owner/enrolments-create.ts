import { z } from "zod";
import { nameSchema } from "../../../contracts/fields.ts";
import { LINK_MAX_TTL_MS } from "../../../contracts/limits.ts";
import { createEnrolment } from "../../api/client/create-enrolment.ts";
import { pinOf } from "../../api/client/open-member.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { nodeKeyTools, openOwnerSession } from "./owner-session.ts";

const HOUR_MS = 3_600_000;
const MAX_HOURS = LINK_MAX_TTL_MS / HOUR_MS;
/** Long enough for a colleague in another office, short enough for a link in a mailbox. */
const DEFAULT_HOURS = 24;

const Input = z.object({
  name: nameSchema.optional(),
  hours: z.coerce
    .number("is a number of hours")
    .positive("is more than 0")
    .max(MAX_HOURS, `is at most ${MAX_HOURS}`)
    .default(DEFAULT_HOURS),
  json: z.boolean().default(false),
});

/** `holdfast enrolments create`: prints a link that lets one machine in. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { name, hours, json } = parseCommandInput(Input, input);
  const session = await openOwnerSession();
  const expiresAt = new Date(Date.now() + hours * HOUR_MS);
  const created = await createEnrolment(nodeKeyTools, session, {
    expiresAt,
    ...(name !== undefined && { machineName: name }),
  });
  await session.pins.rememberCompany(session.viewer.companyId, pinOf(created.owner));
  const { enrolmentId, link } = created;
  print(json, { enrolmentId, link, expiresAt: expiresAt.toISOString() }, link);
  if (!json) {
    console.error(`holdfast: on the machine, before ${expiresAt.toISOString()}: holdfast agent enrol '${link}'`);
  }
  return 0;
}
