import { decodeWords } from "../../../engine/primitives/words.ts";
import { type MemberSecret, type OpenMember, openMember } from "../../../server/api/client/open-member.ts";
import { browserPins } from "./browser-pins.ts";
import { browserTools } from "./browser-tools.ts";
import { IdleLock } from "./idle-lock.ts";
import { idleSetting } from "./idle-setting.ts";
import type { SessionCalls, VaultLock, VaultPerson, WhoIsIt } from "./protocol/session-calls.ts";
import type { VaultRoom } from "./vault-room.ts";

/** Nobody who could unlock is signed in. */
class SignInRequiredError extends Error {
  readonly code = "sign_in_required";
  readonly retryable = false;
}

export interface VaultSession extends SessionCalls {
  /** Unlocks with keys that were made here just now. */
  enter(member: OpenMember): VaultLock;
}

/** Who it is, unlocking and locking. */
export function openVaultSession(room: VaultRoom): VaultSession {
  const idle = new IdleLock(() => lock());
  const kept = idleSetting.read().then((minutes) => {
    if (minutes !== null) idle.setMinutes(minutes);
  });
  let shown: Omit<Extract<VaultLock, { state: "unlocked" }>, "locksAtMs" | "idleMinutes"> | null = null;

  function state(): VaultLock {
    if (shown === null) return { state: "locked", idleMinutes: idle.minutes };
    return { ...shown, locksAtMs: idle.locksAtMs, idleMinutes: idle.minutes };
  }

  function tell(): VaultLock {
    const now = state();
    room.tell({ kind: "lock", lock: now });
    return now;
  }

  function lock(): void {
    idle.stop();
    shown = null;
    room.close();
    tell();
  }

  function enter(member: OpenMember): VaultLock {
    const { rootFingerprint, head } = member.owner.log;
    room.open(member);
    shown = {
      state: "unlocked",
      rootFingerprint,
      logNumber: head.number,
      isFirstSight: member.isFirstSight,
      warnings: member.incidents.map(({ message }) => message),
    };
    idle.start();
    return tell();
  }

  async function unlock(secret: MemberSecret): Promise<VaultLock> {
    const [found, tools] = await Promise.all([room.findMember(), browserTools(), kept]);
    if (found === null) throw new SignInRequiredError("Sign in as one of the company's people to unlock its vault.");
    const member = { client: room.client, viewer: found.viewer, tools, pins: browserPins };
    return enter(await openMember(member, secret));
  }

  return {
    enter,
    whoIsIt: () => readPerson(room),
    unlock: ({ passphrase }) => unlock({ kind: "passphrase", passphrase }),
    unlockByRecoveryKey: async ({ words }) => unlock({ kind: "recovery", recoveryKey: decodeWords(words) }),
    lock: async () => lock(),
    stay: async () => {
      await kept;
      if (shown !== null) idle.start();
      return tell();
    },
    setIdleMinutes: async ({ minutes }) => {
      await kept;
      idle.setMinutes(minutes);
      await idleSetting.keep(minutes);
      return tell();
    },
  };
}

async function readPerson(room: VaultRoom): Promise<WhoIsIt> {
  const session = await room.client.session.viewer.query();
  if (session === null) return { kind: "visitor" };
  const { viewer, email, companyName, providerName } = session;
  if (viewer.kind === "staff") return { kind: "staff", providerName };
  const { role, companyId } = viewer;
  const pin = await browserPins.findCompany(companyId);
  const person: VaultPerson = {
    email,
    role,
    companyId,
    companyName: companyName ?? "",
    providerName,
    pin: pin && { rootFingerprint: pin.rootFingerprint, logNumber: pin.head.number },
  };
  return { kind: "member", person };
}
