import { z } from "zod";
import { parseSecretLink } from "../../../engine/keys/link-secret.ts";
import { type DraftedKeys, draftKeys, sendKeys } from "../../api/client/create-keys.ts";
import { pinOf } from "../../api/client/open-member.ts";
import { ClientError } from "./client-error.ts";
import { clientStatePath, filePins } from "./client-state.ts";
import { parseCommandInput, parsePortalUrl } from "./command-input.ts";
import { rememberSession } from "./open-session.ts";
import { nodeKeyTools } from "./owner-session.ts";
import { findSecret, readNewSecret } from "./read-secret.ts";

const Input = z.object({ link: z.string().min(1), json: z.boolean().default(false) });

/** `holdfast keys create <link>`: the invited owner makes the company's keys, here. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { link, json } = parseCommandInput(Input, input);
  requireInvitationLink(link);
  const { env } = process;
  const password = await readNewSecret(env, "HOLDFAST_PASSWORD", "New login password");
  const passphrase = await findSecret(env, "HOLDFAST_PASSPHRASE");
  const drafted = await draftKeys(nodeKeyTools, {
    link,
    password,
    ...(env.HOLDFAST_PORTAL && { portalUrl: parsePortalUrl(env.HOLDFAST_PORTAL) }),
    ...(passphrase !== null && { passphrase }),
  });
  const { sessionToken, expiresAt } = await sendKeys(drafted);
  const { portalUrl, email } = drafted;
  await filePins(clientStatePath(env)).rememberCompany(drafted.companyId, pinOf(drafted.owner));
  await rememberSession(env, { portalUrl, email, sessionToken, expiresAt: expiresAt.toISOString() });
  printKeys(drafted, { isJson: json, isGenerated: passphrase === null });
  return 0;
}

/** Before anything is asked for. @throws ClientError `usage` */
function requireInvitationLink(link: string): void {
  try {
    parseSecretLink("join", link);
  } catch (cause) {
    throw new ClientError("usage", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The only time that these secrets are shown. */
function printKeys(drafted: DraftedKeys, { isJson, isGenerated }: { isJson: boolean; isGenerated: boolean }): void {
  const { companyId, companyName, email, passphrase, recoveryKeyWords, owner } = drafted;
  const { rootFingerprint } = owner.log;
  if (isJson) {
    const shown = { companyId, email, recoveryKey: recoveryKeyWords, rootFingerprint };
    console.log(JSON.stringify(isGenerated ? { ...shown, passphrase } : shown));
    return;
  }
  console.log(`The keys of ${companyName} are made. They exist nowhere else: write these down, and keep them apart.\n`);
  if (isGenerated) console.log(`Passphrase (to unlock):\n  ${passphrase}\n`);
  console.log(`Recovery key (24 words, opens everything when the passphrase is lost):\n  ${recoveryKeyWords}\n`);
  console.log(`Root fingerprint (to compare):\n  ${rootFingerprint}\n`);
  console.log(`You are signed in as ${email}. Without passphrase and recovery key nobody can read the backups again.`);
}
