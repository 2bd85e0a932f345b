import { IntegrityError } from "../codec/format-error.ts";
import { toHex } from "../codec/hex.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import { claimedRootFingerprint, verifyCompanyLog } from "./company-log.ts";
import type { CompanyLogState, LogHead } from "./company-log-state.ts";
import { type KeyWrap, openKeyWrap, parseKeyWrap, RECOVERY } from "./key-wrap.ts";
import { CHUNK_ID_KEY_PURPOSE, type MemberRole } from "./log-statement.ts";
import { type MemberKeys, memberKeysOf, openMemberBlob } from "./member-blob.ts";
import type { CompanySecret, OwnerKeys, RootKey } from "./owner-keys.ts";
import { recoveryBoxKeys } from "./recovery-key.ts";
import { openSealed } from "./sealed-box.ts";

/** What the portal (or a zone) keeps for a company's members. */
export interface KeyObjects {
  readonly log: readonly Uint8Array[];
  readonly wraps: readonly Uint8Array[];
}

export interface UnlockMemberInput {
  readonly companyId: string;
  readonly memberId: string;
  readonly passphrase: string;
  readonly memberBlob: Uint8Array;
  readonly objects: KeyObjects;
  /** What this device saw last. */
  readonly pin?: LogHead;
}

/**
 * Opens everything that a member's passphrase reaches, and checks each key against the company log.
 *
 * @throws IntegrityError `wrong_passphrase`, `member_not_in_log`, `member_key_swapped`, `wrap_missing`, `wrap_swapped`,
 *   `chunk_id_key_swapped`, and those of `verifyCompanyLog`
 */
export async function unlockMember(primitives: Primitives, input: UnlockMemberInput): Promise<OwnerKeys> {
  const { companyId, memberId } = input;
  const secrets = await openMemberBlob(primitives, { passphrase: input.passphrase, blob: input.memberBlob });
  const memberKeys = memberKeysOf(primitives, secrets);
  const log = verifyCompanyLog(primitives, {
    companyId,
    objects: input.objects.log,
    rootFingerprint: secrets.rootFingerprint,
    ...(input.pin && { pin: input.pin }),
  });
  const role = requireMember(log, memberId, memberKeys);
  const wraps = input.objects.wraps.map(parseKeyWrap);
  const opened = openSecrets(primitives, { log, wraps, keys: memberKeys.box, to: memberId, role });
  return { companyId, memberId, role, memberKeys, log, ...opened };
}

export interface UnlockByRecoveryInput {
  readonly companyId: string;
  readonly recoveryKey: Uint8Array;
  readonly objects: KeyObjects;
  /**
   * The root's fingerprint as printed beside the recovery key, or as pinned by this device. Null when nothing is left
   * but the words: then whoever serves the log decides which root it is, and the caller has to say so.
   */
  readonly rootFingerprint: string | null;
  readonly pin?: LogHead;
}

/**
 * Opens with the recovery key everything that an owner's passphrase opens.
 *
 * @throws IntegrityError `wrong_recovery_key`, and those of `unlockMember`
 */
export function unlockByRecovery(primitives: Primitives, input: UnlockByRecoveryInput): OwnerKeys {
  const { companyId, objects } = input;
  const rootFingerprint = input.rootFingerprint ?? claimedRootFingerprint(primitives, objects.log);
  const keys = recoveryBoxKeys(primitives, input.recoveryKey);
  const log = verifyCompanyLog(primitives, {
    companyId,
    objects: objects.log,
    rootFingerprint,
    ...(input.pin && { pin: input.pin }),
  });
  if (!primitives.isEqual(keys.publicKey, log.recoveryBoxPublicKey)) {
    throw new IntegrityError("wrong_recovery_key", "these 24 words are not the recovery key of this company");
  }
  const wraps = objects.wraps.map(parseKeyWrap);
  const opened = openSecrets(primitives, { log, wraps, keys, to: RECOVERY, role: "owner" });
  return { companyId, memberId: null, role: "owner", memberKeys: null, log, ...opened };
}

interface OpenSecretsInput {
  readonly log: CompanyLogState;
  readonly wraps: readonly KeyWrap[];
  readonly keys: KeyPair;
  readonly to: string;
  readonly role: MemberRole;
}

function openSecrets(
  primitives: Primitives,
  input: OpenSecretsInput,
): Pick<OwnerKeys, "root" | "companySecrets" | "chunkIdKeys"> {
  const root = input.role === "owner" ? openRoot(primitives, input) : null;
  const companySecrets = input.role === "viewer" ? new Map() : openCompanySecrets(primitives, input);
  return { root, companySecrets, chunkIdKeys: openChunkIdKeys(primitives, input.log, companySecrets) };
}

function requireMember(log: CompanyLogState, memberId: string, memberKeys: MemberKeys): MemberRole {
  const member = log.members.get(memberId);
  if (member === undefined) {
    throw new IntegrityError("member_not_in_log", "the company log does not name you; ask an owner to let you in");
  }
  const isSame =
    toHex(member.boxPublicKey) === toHex(memberKeys.box.publicKey) &&
    toHex(member.signPublicKey) === toHex(memberKeys.sign.publicKey);
  if (!isSame) {
    throw new IntegrityError(
      "member_key_swapped",
      "the company log names other keys for you than your passphrase opens; ask an owner",
    );
  }
  return member.role;
}

function openRoot(primitives: Primitives, { log, wraps, keys, to }: OpenSecretsInput): RootKey {
  const seed = openKeyWrap(primitives, wraps, { keys, to, purpose: "root-key", epoch: 0 });
  const root = { seed, keys: primitives.signKeyPair(seed) };
  requireSameKey(primitives, root.keys, log.rootPublicKey, "the root key");
  return root;
}

function openCompanySecrets(
  primitives: Primitives,
  { log, wraps, keys, to }: OpenSecretsInput,
): Map<number, CompanySecret> {
  const secrets = new Map<number, CompanySecret>();
  for (const { epoch, companyPublicKey } of log.epochs) {
    if (secrets.has(epoch)) continue;
    const seed = openKeyWrap(primitives, wraps, { keys, to, purpose: "company-secret", epoch });
    const secret = { seed, keys: primitives.boxKeyPair(seed) };
    requireSameKey(primitives, secret.keys, companyPublicKey, `the company secret of epoch ${epoch}`);
    secrets.set(epoch, secret);
  }
  return secrets;
}

/** A scope keeps its chunk-id key over all epochs, for ids would lose their meaning without it. */
function openChunkIdKeys(
  primitives: Primitives,
  log: CompanyLogState,
  companySecrets: ReadonlyMap<number, CompanySecret>,
): Map<number, Uint8Array> {
  const chunkIdKeys = new Map<number, Uint8Array>();
  for (const { epoch, scope, sealedChunkIdKey } of log.epochs) {
    const secret = companySecrets.get(epoch);
    if (secret === undefined) continue;
    const opened = openSealed(primitives, {
      keys: secret.keys,
      purpose: CHUNK_ID_KEY_PURPOSE,
      sealed: sealedChunkIdKey,
    });
    const known = chunkIdKeys.get(scope);
    if (known !== undefined && !primitives.isEqual(known, opened)) {
      throw new IntegrityError("chunk_id_key_swapped", `scope ${scope} has two chunk-id keys; ask the owners`);
    }
    chunkIdKeys.set(scope, opened);
  }
  return chunkIdKeys;
}

function requireSameKey(primitives: Primitives, keys: KeyPair, publicKey: Uint8Array, what: string): void {
  if (primitives.isEqual(keys.publicKey, publicKey)) return;
  throw new IntegrityError(
    "wrap_swapped",
    `the portal's wrap of ${what} holds another key than the company log names; stop, and ask the provider`,
  );
}
