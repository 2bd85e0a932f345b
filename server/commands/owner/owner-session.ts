import type { KeysView } from "../../../contracts/keys.ts";
import type { RestoreOpenedView } from "../../../contracts/restores.ts";
import type { MemberViewer } from "../../../contracts/viewer.ts";
import { fromBase64 } from "../../../engine/codec/hex.ts";
import { checkAgentCertificates, type KeyIncident } from "../../../engine/keys/agent-certificate.ts";
import type { KeyTools } from "../../../engine/keys/key-tools.ts";
import type { CompanyTrust } from "../../../engine/keys/manifest-checks.ts";
import type { OwnerKeys } from "../../../engine/keys/owner-keys.ts";
import { unlockByRecovery, unlockMember } from "../../../engine/keys/owner-unlock.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { decodeWords } from "../../../engine/primitives/words.ts";
import { ClientError } from "./client-error.ts";
import { type CompanyPin, clientStatePath, readClientState, updateClientState, withPin } from "./client-state.ts";
import type { Environment } from "./environment.ts";
import { openSession, type PersonSession } from "./open-session.ts";
import type { PortalClient } from "./portal-client.ts";
import { findSecret, readSecret } from "./read-secret.ts";

export const nodeKeyTools: KeyTools = { primitives: nodePrimitives, randomness: nodeRandomness };

/** A member who is signed in and has unlocked the company's keys; the log is verified against this computer's pin. */
export interface OwnerSession {
  readonly portalUrl: string;
  readonly client: PortalClient;
  readonly viewer: MemberViewer;
  readonly owner: OwnerKeys;
  /** What manifests, slots and source definitions are checked against. */
  readonly trust: CompanyTrust;
  /** Certificates that do not count, and why: to be shown. */
  readonly incidents: readonly KeyIncident[];
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
 * @throws ClientError `usage`, `not_a_member`, `no_keys_yet`, `root_changed`; IntegrityError as `unlockMember`
 */
export async function openOwnerSession(options: OpenOwnerSessionOptions = {}): Promise<OwnerSession> {
  const env = options.env ?? process.env;
  const tools = options.tools ?? nodeKeyTools;
  const tell = options.tell ?? ((message: string) => console.error(`holdfast: ${message}`));
  const session = await openSession(env);
  const viewer = requireMember(session);
  const unlock = await readUnlocker(env, session, { tools, tell });
  return openUnlocked({ env, tools, tell, session, viewer, unlock });
}

/** Opens fetched key objects; `pin` is what this computer saw before. */
type Unlock = (keys: KeysView, pin: CompanyPin | null) => Promise<OwnerKeys>;

interface UnlockContext {
  readonly env: Environment;
  readonly tools: KeyTools;
  readonly tell: (message: string) => void;
  readonly session: PersonSession;
  readonly viewer: MemberViewer;
  readonly unlock: Unlock;
}

async function openUnlocked(context: UnlockContext): Promise<OwnerSession> {
  const { env, tools, session, viewer } = context;
  const { client, portalUrl } = session;
  const keys = await client.keys.get.query();
  const { companies } = await readClientState(clientStatePath(env));
  const pin = companies[viewer.companyId] ?? null;
  const owner = await context.unlock(keys, pin);
  requirePinnedRoot(owner, pin);
  await rememberLog(env, owner);
  const { agents, incidents } = checkAgentCertificates(tools.primitives, owner.log, keys.certificates.map(fromBase64));
  for (const { message } of incidents) context.tell(`warning: ${message}`);
  return {
    portalUrl,
    client,
    viewer,
    owner,
    trust: { log: owner.log, agents },
    incidents,
    openRestore: () => client.restores.open.mutate({}),
    refresh: () => openUnlocked(context),
  };
}

/** Pins the newest statement of the log that these keys were checked against. */
export function rememberLog(env: Environment, owner: OwnerKeys): Promise<void> {
  const { rootFingerprint, head } = owner.log;
  return updateClientState(clientStatePath(env), (state) => withPin(state, owner.companyId, { rootFingerprint, head }));
}

function requireMember({ viewer, email }: PersonSession): MemberViewer {
  if (viewer.kind === "member") return viewer;
  throw new ClientError(
    "not_a_member",
    `${email} belongs to the provider's staff, who cannot open a company's keys: sign in as one of its members`,
  );
}

/** Asks for the secret once, so that a refresh does not ask again. */
async function readUnlocker(
  env: Environment,
  { email, viewer }: PersonSession,
  { tools, tell }: Pick<UnlockContext, "tools" | "tell">,
): Promise<Unlock> {
  const words = await findSecret(env, "HOLDFAST_RECOVERY_KEY");
  if (words !== null) return recoveryUnlocker(tools, decodeWords(words), tell);
  const passphrase = await readSecret(env, "HOLDFAST_PASSPHRASE", `Passphrase of ${email}`);
  return async (keys, pin) => {
    if (keys.memberBlob === null) {
      throw new ClientError("no_keys_yet", `${email} has no keys yet: open the invitation first`);
    }
    return unlockMember(tools.primitives, {
      companyId: keys.companyId,
      memberId: viewer.personId,
      passphrase,
      memberBlob: fromBase64(keys.memberBlob),
      objects: objectsOf(keys),
      ...(pin !== null && { pin: pin.head }),
    });
  };
}

function recoveryUnlocker(tools: KeyTools, recoveryKey: Uint8Array, tell: (message: string) => void): Unlock {
  return async (keys, pin) => {
    if (pin === null) {
      tell("warning: this computer never saw this company before, so it takes the portal's word for the root key");
    }
    return unlockByRecovery(tools.primitives, {
      companyId: keys.companyId,
      recoveryKey,
      objects: objectsOf(keys),
      rootFingerprint: pin?.rootFingerprint ?? null,
      ...(pin !== null && { pin: pin.head }),
    });
  };
}

function objectsOf(keys: KeysView) {
  return { log: keys.log.map(fromBase64), wraps: keys.wraps.map(fromBase64) };
}

function requirePinnedRoot(owner: OwnerKeys, pin: CompanyPin | null): void {
  if (pin === null || pin.rootFingerprint === owner.log.rootFingerprint) return;
  throw new ClientError(
    "root_changed",
    `company ${owner.companyId} has another root key than this computer saw before: stop, and ask its owners`,
  );
}
