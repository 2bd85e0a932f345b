import { emailSchema } from "../../../contracts/fields.ts";
import type { Viewer } from "../../../contracts/viewer.ts";
import { createPortalClient, type PortalClient } from "../../api/client/portal-client.ts";
import { ClientError } from "./client-error.ts";
import { clientStatePath, readClientState, type SessionEntry, updateClientState, withSession } from "./client-state.ts";
import { requirePortalUrl } from "./command-input.ts";
import type { Environment } from "./environment.ts";
import { readSecret } from "./read-secret.ts";

/** A person who is signed in; nothing is unlocked. */
export interface PersonSession {
  readonly portalUrl: string;
  readonly client: PortalClient;
  readonly viewer: Viewer;
  readonly email: string;
}

/**
 * Signs in, or goes on with the session of this user's last sign-in at the portal.
 *
 * @throws ClientError `usage`, and the portal's errors by code (`wrong_credentials`, `portal_unreachable`, ...)
 */
export async function openSession(env: Environment): Promise<PersonSession> {
  return (await resumeSession(env)) ?? (await signIn(env));
}

/** Signs in by `HOLDFAST_EMAIL` and `HOLDFAST_PASSWORD` (or a prompt), and remembers the session. */
export async function signIn(env: Environment): Promise<PersonSession> {
  const portalUrl = requirePortalUrl(env);
  const email = parseEmail(env);
  if (email === null) throw new ClientError("usage", "set HOLDFAST_EMAIL to the address that you sign in with");
  const password = await readSecret(env, "HOLDFAST_PASSWORD", `Login password of ${email}`);
  const session = await createPortalClient({ portalUrl }).session.create.mutate({ email, password });
  const { sessionToken, expiresAt, viewer } = session;
  await rememberSession(env, { portalUrl, email, sessionToken, expiresAt: expiresAt.toISOString() });
  return { portalUrl, email, viewer, client: createPortalClient({ portalUrl, sessionToken }) };
}

export function rememberSession(env: Environment, session: SessionEntry): Promise<void> {
  return updateClientState(clientStatePath(env), (state) => withSession(state, session, new Date()));
}

/** The newest remembered session that fits the environment and that the portal still takes; null when there is none. */
async function resumeSession(env: Environment): Promise<PersonSession | null> {
  const portal = env.HOLDFAST_PORTAL ? requirePortalUrl(env) : null;
  const email = parseEmail(env);
  const { sessions } = await readClientState(clientStatePath(env));
  const found = sessions.findLast(
    (session) =>
      (portal === null || session.portalUrl === portal) &&
      (email === null || session.email === email) &&
      new Date(session.expiresAt) > new Date(),
  );
  if (found === undefined) return null;
  const { portalUrl, sessionToken } = found;
  const client = createPortalClient({ portalUrl, sessionToken });
  const person = await client.session.viewer.query();
  return person === null ? null : { portalUrl, client, viewer: person.viewer, email: found.email };
}

function parseEmail(env: Environment): string | null {
  if (!env.HOLDFAST_EMAIL) return null;
  const parsed = emailSchema.safeParse(env.HOLDFAST_EMAIL);
  if (parsed.success) return parsed.data;
  throw new ClientError("usage", `HOLDFAST_EMAIL: "${env.HOLDFAST_EMAIL}" is not an e-mail address`);
}
