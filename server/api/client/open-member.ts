import type { KeysView } from "../../../contracts/keys.ts";
import type { MemberViewer } from "../../../contracts/viewer.ts";
import { fromBase64 } from "../../../engine/codec/hex.ts";
import { checkAgentCertificates, type KeyIncident } from "../../../engine/keys/agent-certificate.ts";
import type { KeyTools } from "../../../engine/keys/key-tools.ts";
import type { CompanyTrust } from "../../../engine/keys/manifest-checks.ts";
import type { OwnerKeys } from "../../../engine/keys/owner-keys.ts";
import { unlockByRecovery, unlockMember } from "../../../engine/keys/owner-unlock.ts";
import { MemberError } from "./member-error.ts";
import type { CompanyPin, PinStore } from "./pin-store.ts";
import type { PortalClient } from "./portal-client.ts";

/** A member who is signed in, on this device. */
export interface SignedInMember {
  readonly client: PortalClient;
  readonly viewer: MemberViewer;
  readonly tools: KeyTools;
  readonly pins: PinStore;
}

/** What opens the member's keys. */
export type MemberSecret =
  | { readonly kind: "passphrase"; readonly passphrase: string }
  | { readonly kind: "recovery"; readonly recoveryKey: Uint8Array };

/** A member who has unlocked: keys in memory, the company log verified against this device's pin. */
export interface OpenMember extends SignedInMember {
  readonly owner: OwnerKeys;
  /** What manifests, slots and source definitions are checked against. */
  readonly trust: CompanyTrust;
  /** Certificates that do not count, and why: to be shown. */
  readonly incidents: readonly KeyIncident[];
  /** True when this device never saw the company before, so that nothing could be compared. */
  readonly isFirstSight: boolean;
}

/**
 * Fetches a member's sealed keys, opens them on this device, follows the company log from what this device saw last, and
 * remembers the newest.
 *
 * @throws MemberError `control_term_rolled_back`, `no_keys_yet`, `root_changed`; IntegrityError as `unlockMember` and `unlockByRecovery`; the portal's errors
 */
export async function openMember(member: SignedInMember, secret: MemberSecret): Promise<OpenMember> {
  const { client, viewer, tools, pins } = member;
  const keys = await client.keys.get.query();
  const pin = await pins.findCompany(viewer.companyId);
  requireTerm(keys, pin);
  const owner = await unlock(member, secret, { keys, pin });
  requirePinnedRoot(owner, pin);
  await pins.rememberCompany(owner.companyId, pinOf(owner, keys.controlTerm));
  const { agents, incidents } = checkAgentCertificates(tools.primitives, owner.log, keys.certificates.map(fromBase64));
  return { ...member, owner, trust: { log: owner.log, agents }, incidents, isFirstSight: pin === null };
}

/**
 * The newest statement of the log that these keys were checked against.
 * @param controlTerm that the server spoke for; what was made on this device says nothing about it
 */
export function pinOf({ log: { rootFingerprint, head } }: OwnerKeys, controlTerm = 0): CompanyPin {
  return { rootFingerprint, head, controlTerm };
}

/**
 * Before anything is opened: a service that was taken over from shows an older company, and what is changed there is lost.
 * @throws MemberError `control_term_rolled_back`
 */
export function requireTerm({ controlTerm }: Pick<KeysView, "controlTerm">, pin: CompanyPin | null): void {
  if (pin === null || controlTerm >= pin.controlTerm) return;
  throw new MemberError(
    "control_term_rolled_back",
    `the server speaks for term ${controlTerm} of its history, and this device has seen ${pin.controlTerm}: another one has taken over from it, or it goes back`,
  );
}

async function unlock(
  { viewer, tools: { primitives } }: SignedInMember,
  secret: MemberSecret,
  { keys, pin }: { readonly keys: KeysView; readonly pin: CompanyPin | null },
): Promise<OwnerKeys> {
  const { companyId } = keys;
  const objects = { log: keys.log.map(fromBase64), wraps: keys.wraps.map(fromBase64) };
  const seen = pin === null ? {} : { pin: pin.head };
  if (secret.kind === "recovery") {
    const rootFingerprint = pin?.rootFingerprint ?? null;
    return unlockByRecovery(primitives, {
      companyId,
      recoveryKey: secret.recoveryKey,
      objects,
      rootFingerprint,
      ...seen,
    });
  }
  if (keys.memberBlob === null) {
    throw new MemberError("no_keys_yet", "you have no keys yet: open your invitation first");
  }
  const { passphrase } = secret;
  const memberBlob = fromBase64(keys.memberBlob);
  return unlockMember(primitives, { companyId, memberId: viewer.personId, passphrase, memberBlob, objects, ...seen });
}

function requirePinnedRoot(owner: OwnerKeys, pin: CompanyPin | null): void {
  if (pin === null || pin.rootFingerprint === owner.log.rootFingerprint) return;
  throw new MemberError(
    "root_changed",
    `company ${owner.companyId} has another root key than this device saw before: stop, and ask its owners`,
  );
}
