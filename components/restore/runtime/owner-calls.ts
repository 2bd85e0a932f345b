import { createEnrolment, type EnrollingSession } from "../../../server/api/client/create-enrolment.ts";
import { type DraftedKeys, draftKeys, readInvitation, sendKeys } from "../../../server/api/client/create-keys.ts";
import { type OpenMember, pinOf } from "../../../server/api/client/open-member.ts";
import { createPortalClient } from "../../../server/api/client/portal-client.ts";
import { refreshMember } from "../../../server/api/client/refresh-member.ts";
import { signInHere } from "../../session/sign-in-request.ts";
import { browserPins } from "./browser-pins.ts";
import { browserTools } from "./browser-tools.ts";
import { createCollectorCalls } from "./collector-calls.ts";
import { readEnrolment } from "./enrolment-calls.ts";
import type { OwnerCalls } from "./protocol/owner-calls.ts";
import type { VaultSession } from "./session-calls.ts";
import type { VaultRoom } from "./vault-room.ts";

const HOUR_MS = 3_600_000;
/** The keys are handed over by then: a line that is bad for a moment must not end it. */
const SIGN_IN_ATTEMPTS = 3;

/** A call out of its order; a page that is not ours might make it. */
class NoDraftError extends Error {
  readonly code = "no_draft";
  readonly retryable = false;
}

/** Keys that an owner makes, and links for machines. */
export function createOwnerCalls(room: VaultRoom, session: Pick<VaultSession, "enter">): OwnerCalls {
  let draft: DraftedKeys | null = null;
  const createEnrolment = createEnrolmentCall(room);
  return {
    ...createCollectorCalls(room, createEnrolment),
    createEnrolment,
    readInvitation: async ({ link }) => readInvitation(await browserTools(), { link, portalUrl: "" }),
    draftKeys: async ({ link, passphrase, password }) => {
      draft = null;
      const input = { link, portalUrl: "", password, ...(passphrase !== null && { passphrase }) };
      const made = await draftKeys(await browserTools(), input);
      draft = made;
      const { recoveryKeyWords, owner } = made;
      const isChosen = passphrase !== null;
      return { passphrase: made.passphrase, isChosen, recoveryKeyWords, rootFingerprint: owner.log.rootFingerprint };
    },
    sendKeys: async () => {
      if (draft === null) throw new NoDraftError("There are no keys to send. Load this page again to make new ones.");
      const sent = draft;
      const { viewer, sessionToken } = await sendKeys(sent);
      draft = null;
      // The browser has a session of its own, in a cookie that nothing here can read.
      const isSignedIn = await signIn(sent.email, sent.handover.password);
      const spare = createPortalClient({ portalUrl: "", sessionToken });
      await spare.session.end.mutate().catch(() => undefined);
      await browserPins.rememberCompany(sent.companyId, pinOf(sent.owner));
      if (!isSignedIn || viewer.kind !== "member") return { isSignedIn: false };
      const trust = { log: sent.owner.log, agents: new Map() };
      const seen = { incidents: [], isFirstSight: false, pins: browserPins, tools: await browserTools() };
      session.enter({ client: room.client, viewer, owner: sent.owner, trust, ...seen });
      return { isSignedIn: true };
    },
    readEnrolment: (input) => readEnrolment(room, input.enrolmentId),
  };
}

function createEnrolmentCall(room: VaultRoom): OwnerCalls["createEnrolment"] {
  return async ({ machineName, hours }) => {
    const expiresAt = new Date(Date.now() + hours * HOUR_MS);
    const { member } = room.requireOpen();
    const input = { expiresAt, ...(machineName !== null && { machineName }) };
    const created = await createEnrolment(member.tools, enrollingSession(room, member), input);
    room.renew({ ...room.requireOpen().member, owner: created.owner });
    await browserPins.rememberCompany(created.owner.companyId, pinOf(created.owner));
    const { enrolmentId, link } = created;
    return { enrolmentId, link, expiresAtMs: expiresAt.getTime(), command: `holdfast agent enrol '${link}'` };
  };
}

function enrollingSession(room: VaultRoom, member: OpenMember): EnrollingSession {
  return {
    portalUrl: location.origin,
    client: member.client,
    owner: member.owner,
    async refresh() {
      const refreshed = await refreshMember(room.requireOpen().member);
      room.renew(refreshed);
      return enrollingSession(room, refreshed);
    },
  };
}

async function signIn(email: string, password: string): Promise<boolean> {
  for (let attempt = 1; attempt <= SIGN_IN_ATTEMPTS; attempt++) {
    const outcome = await signInHere(email, password);
    if (outcome !== "unreachable") return outcome === "signed_in";
  }
  return false;
}
