import type { RestoreOpenedView } from "../../../contracts/restores.ts";
import type { MemberViewer } from "../../../contracts/viewer.ts";
import type { KeyTools } from "../../../engine/keys/key-tools.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { decodeWords } from "../../../engine/primitives/words.ts";
import { type MemberSecret, type OpenMember, openMember, type SignedInMember } from "../../api/client/open-member.ts";
import { ClientError } from "./client-error.ts";
import { clientStatePath, filePins } from "./client-state.ts";
import type { Environment } from "./environment.ts";
import { openSession, type PersonSession } from "./open-session.ts";
import { findSecret, readSecret } from "./read-secret.ts";

export const nodeKeyTools: KeyTools = { primitives: nodePrimitives, randomness: nodeRandomness };

/** A member who is signed in and has unlocked the company's keys; the log is verified against this computer's pin. */
export interface OwnerSession extends OpenMember {
  readonly portalUrl: string;
  /** A short token for the gateway's read side; ask again when it ends. The portal records each. */
  openRestore(): Promise<RestoreOpenedView>;
  /** Fetches and checks the log again, after somebody else has written to it. */
  refresh(): Promise<OwnerSession>;
}

export interface OpenOwnerSessionOptions {
  readonly env?: Environment;
  readonly tools?: KeyTools;
  /** Where to say what is not an error; standard error unless given. */
  readonly tell?: (message: string) => void;
}

/**
 * Signs in (environment, remembered session or prompt), unlocks with `HOLDFAST_PASSPHRASE` or `HOLDFAST_RECOVERY_KEY`
 * (24 words), and checks the company log against what this computer saw before.
 *
 * @throws ClientError `usage`, `not_a_member`; what `openMember` throws
 */
export async function openOwnerSession(options: OpenOwnerSessionOptions = {}): Promise<OwnerSession> {
  const env = options.env ?? process.env;
  const tell = options.tell ?? ((message: string) => console.error(`holdfast: ${message}`));
  const { client, portalUrl, viewer, email } = requireMember(await openSession(env));
  const pins = filePins(clientStatePath(env));
  const member = { client, viewer, tools: options.tools ?? nodeKeyTools, pins };
  return openUnlocked({ portalUrl, tell, member, secret: await readMemberSecret(env, email) });
}

interface UnlockContext {
  readonly portalUrl: string;
  readonly tell: (message: string) => void;
  readonly member: SignedInMember;
  /** Asked for once, so that a refresh does not ask again. */
  readonly secret: MemberSecret;
}

async function openUnlocked(context: UnlockContext): Promise<OwnerSession> {
  const { portalUrl, tell, member, secret } = context;
  const opened = await openMember(member, secret);
  if (opened.isFirstSight && secret.kind === "recovery") {
    tell("warning: this computer never saw this company before, so it takes the portal's word for the root key");
  }
  for (const { message } of opened.incidents) tell(`warning: ${message}`);
  return {
    ...opened,
    portalUrl,
    openRestore: () => member.client.restores.open.mutate({}),
    refresh: () => openUnlocked(context),
  };
}

function requireMember(session: PersonSession): PersonSession & { readonly viewer: MemberViewer } {
  const { viewer, email } = session;
  if (viewer.kind === "member") return { ...session, viewer };
  throw new ClientError(
    "not_a_member",
    `${email} belongs to the provider's staff, who cannot open a company's keys: sign in as one of its members`,
  );
}

async function readMemberSecret(env: Environment, email: string): Promise<MemberSecret> {
  const words = await findSecret(env, "HOLDFAST_RECOVERY_KEY");
  if (words !== null) return { kind: "recovery", recoveryKey: decodeWords(words) };
  return { kind: "passphrase", passphrase: await readSecret(env, "HOLDFAST_PASSPHRASE", `Passphrase of ${email}`) };
}
