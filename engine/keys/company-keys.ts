import { toHex } from "../codec/hex.ts";
import type { Primitives } from "../ports/primitives.ts";
import { appendStatement, verifyCompanyLog } from "./company-log.ts";
import { KEY_SIZE_BYTES, type KeyTools } from "./key-tools.ts";
import { RECOVERY, sealKeyWrap } from "./key-wrap.ts";
import { CHUNK_ID_KEY_PURPOSE, type LogStatement, type MemberStatement } from "./log-statement.ts";
import { type MemberKeys, type MemberSecrets, memberKeysOf, sealMemberBlob } from "./member-blob.ts";
import { type OwnerKeys, type RootKey, requireRoot } from "./owner-keys.ts";
import { createRecoveryKey, recoveryBoxKeys } from "./recovery-key.ts";
import { sealTo } from "./sealed-box.ts";

export interface CreateCompanyKeysInput {
  readonly companyId: string;
  /** The first owner; a uuid made by the client. */
  readonly memberId: string;
  /** Checked by the caller (`requireStrongPassphrase`). */
  readonly passphrase: string;
  readonly at: Date;
}

export interface CreatedCompanyKeys {
  /** Statements 0 to 2: genesis, epoch 1, the first owner. */
  readonly log: readonly Uint8Array[];
  /** Root key and company secret, each for the owner and for the recovery key. */
  readonly wraps: readonly Uint8Array[];
  readonly memberBlob: Uint8Array;
  /** To be shown once, as words. */
  readonly recoveryKey: Uint8Array;
  readonly owner: OwnerKeys;
}

const FIRST_EPOCH = 1;
const ONLY_SCOPE = 0;

/** Everything that a company's first owner makes, on the owner's own device. Of this only log, wraps and blob leave it. */
export async function createCompanyKeys(tools: KeyTools, input: CreateCompanyKeysInput): Promise<CreatedCompanyKeys> {
  const { primitives } = tools;
  const root = createRoot(tools);
  const recoveryKey = createRecoveryKey(tools);
  const recoveryPublicKey = recoveryBoxKeys(primitives, recoveryKey).publicKey;
  const rootFingerprint = toHex(primitives.sha256(root.keys.publicKey));
  const secrets = createMemberSecrets(tools, rootFingerprint);
  const memberKeys = memberKeysOf(primitives, secrets);
  const epoch = createEpoch(tools);
  const log = writeLog(primitives, root, input, [
    { kind: "genesis", rootPublicKey: root.keys.publicKey, recoveryBoxPublicKey: recoveryPublicKey },
    epoch.statement,
    memberStatement(input.memberId, memberKeys),
  ]);
  const recipients = [
    { to: input.memberId, publicKey: memberKeys.box.publicKey },
    { to: RECOVERY, publicKey: recoveryPublicKey },
  ];
  const wraps = recipients.flatMap((recipient) => [
    sealKeyWrap(primitives, { ...recipient, purpose: "root-key", epoch: 0, seed: root.seed }),
    sealKeyWrap(primitives, { ...recipient, purpose: "company-secret", epoch: FIRST_EPOCH, seed: epoch.secret.seed }),
  ]);
  const memberBlob = await sealMemberBlob(tools, { passphrase: input.passphrase, secrets });
  const owner: OwnerKeys = {
    companyId: input.companyId,
    memberId: input.memberId,
    role: "owner",
    memberKeys,
    log: verifyCompanyLog(primitives, { companyId: input.companyId, objects: log, rootFingerprint }),
    root,
    companySecrets: new Map([[FIRST_EPOCH, epoch.secret]]),
    chunkIdKeys: new Map([[ONLY_SCOPE, epoch.chunkIdKey]]),
  };
  return { log, wraps, memberBlob, recoveryKey, owner };
}

/** A new member's own seeds, bound to the root that this member shall trust. */
export function createMemberSecrets({ randomness }: KeyTools, rootFingerprint: string): MemberSecrets {
  return {
    boxSeed: randomness.bytes(KEY_SIZE_BYTES),
    signSeed: randomness.bytes(KEY_SIZE_BYTES),
    rootFingerprint,
  };
}

export interface AdmittedMember {
  /** To be appended to the log. */
  readonly statement: Uint8Array;
  readonly wraps: readonly Uint8Array[];
}

/**
 * Lets another member in, or changes a role: the statement for the log, and the secrets that the role reaches.
 *
 * @throws IntegrityError `not_an_owner`
 */
export function admitMember(
  primitives: Primitives,
  { owner, member, at }: { owner: OwnerKeys; member: MemberStatement; at: Date },
): AdmittedMember {
  const root = requireRoot(owner);
  const head = owner.log.head;
  const { object } = appendStatement(primitives, {
    rootKey: root.keys,
    companyId: owner.companyId,
    head,
    at,
    statement: member,
  });
  const recipient = { to: member.memberId, publicKey: member.boxPublicKey };
  const rootWraps =
    member.role === "owner"
      ? [sealKeyWrap(primitives, { ...recipient, purpose: "root-key", epoch: 0, seed: root.seed })]
      : [];
  const secrets = member.role === "viewer" ? [] : [...owner.companySecrets];
  const secretWraps = secrets.map(([epoch, { seed }]) =>
    sealKeyWrap(primitives, { ...recipient, purpose: "company-secret", epoch, seed }),
  );
  return { statement: object, wraps: [...rootWraps, ...secretWraps] };
}

function createRoot({ primitives, randomness }: KeyTools): RootKey {
  const seed = randomness.bytes(KEY_SIZE_BYTES);
  return { seed, keys: primitives.signKeyPair(seed) };
}

function createEpoch({ primitives, randomness }: KeyTools) {
  const seed = randomness.bytes(KEY_SIZE_BYTES);
  const secret = { seed, keys: primitives.boxKeyPair(seed) };
  const chunkIdKey = randomness.bytes(KEY_SIZE_BYTES);
  const companyPublicKey = secret.keys.publicKey;
  const statement: LogStatement = {
    kind: "epoch",
    epoch: FIRST_EPOCH,
    scope: ONLY_SCOPE,
    companyPublicKey,
    sealedChunkIdKey: sealTo(primitives, {
      publicKey: companyPublicKey,
      purpose: CHUNK_ID_KEY_PURPOSE,
      secret: chunkIdKey,
    }),
  };
  return { secret, chunkIdKey, statement };
}

function memberStatement(memberId: string, keys: MemberKeys): MemberStatement {
  return {
    kind: "member",
    memberId,
    role: "owner",
    boxPublicKey: keys.box.publicKey,
    signPublicKey: keys.sign.publicKey,
  };
}

function writeLog(
  primitives: Primitives,
  root: RootKey,
  { companyId, at }: CreateCompanyKeysInput,
  statements: readonly LogStatement[],
): Uint8Array[] {
  let head: { number: number; hash: string } | null = null;
  const objects: Uint8Array[] = [];
  for (const statement of statements) {
    const next = appendStatement(primitives, { rootKey: root.keys, companyId, head, at, statement });
    objects.push(next.object);
    head = next.head;
  }
  return objects;
}
