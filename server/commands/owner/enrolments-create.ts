import { z } from "zod";
import { AGENT_RELEASE_PATH, installLine, publishedReleaseSchema } from "../../../contracts/agent-release.ts";
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
  const line = await findInstallLine(session.portalUrl, link);
  print(json, { enrolmentId, link, expiresAt: expiresAt.toISOString(), installLine: line }, link);
  if (!json) {
    console.error(`holdfast: on the machine, before ${expiresAt.toISOString()}: holdfast agent enrol '${link}'`);
    if (line !== null) console.error(`holdfast: or, where nothing of Holdfast is installed:\n${line}`);
  }
  return 0;
}

/** Null when the portal offers no agent; the link works all the same. */
async function findInstallLine(portalUrl: string, link: string): Promise<string | null> {
  try {
    const answer = await fetch(new URL(AGENT_RELEASE_PATH, portalUrl));
    const { installerSha256 } = publishedReleaseSchema.parse(await answer.json());
    return installLine({ link, installerSha256 });
  } catch {
    return null;
  }
}
