import { AGENT_REQUEST_SKEW_MS, AGENT_VERSION_HEADER } from "../../contracts/limits.ts";
import { memberRoleSchema, memberViewerSchema, staffViewerSchema } from "../../contracts/viewer.ts";
import { AgentRequestError, parseAgentAuthorization, verifyAgentRequest } from "../auth/agent-request.ts";
import { readBrowserSession } from "../auth/browser-session.ts";
import { parseBearerToken, sessionTokenHash } from "../auth/session-token.ts";
import type { SessionRow } from "../domain/store/account-store.ts";
import type { ApiDeps } from "./api-deps.ts";
import { ApiError } from "./api-error.ts";
import type { Caller } from "./context.ts";

/** The parts of a request that say who sent it. */
export interface CallerEvidence {
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  readonly headers: Headers;
  /** Exact bytes, which an agent signs. */
  readonly body: Uint8Array;
}

/**
 * Who sent this request: an agent by its signature, a person by session token or cookie, otherwise a visitor. Wrong
 * credentials are refused; they never count as none.
 *
 * @throws ApiError or AgentRequestError with a stable code
 */
export async function authenticate(deps: ApiDeps, evidence: CallerEvidence): Promise<Caller> {
  const authorization = evidence.headers.get("authorization");
  if (parseAgentAuthorization(authorization) !== null) return authenticateAgent(deps, evidence);
  if (authorization !== null) {
    const token = parseBearerToken(authorization);
    const session = token === null ? null : await deps.store.findSession(sessionTokenHash(token));
    if (session === null) throw new ApiError("sign_in_required", "This session has ended. Sign in again.");
    return toCaller(session);
  }
  const token = await readBrowserSession(evidence.headers.get("cookie"), deps);
  if (token === null) return { kind: "visitor" };
  requireOwnPages(evidence);
  const session = await deps.store.findSession(sessionTokenHash(token));
  return session === null ? { kind: "visitor" } : toCaller(session);
}

async function authenticateAgent(deps: ApiDeps, evidence: CallerEvidence): Promise<Caller> {
  const claims = parseAgentAuthorization(evidence.headers.get("authorization"));
  const agent = claims === null ? null : await deps.store.findAgent(claims.agentId);
  if (claims === null || agent === null) {
    throw new AgentRequestError("agent_signature_invalid", "No such agent is enrolled here.");
  }
  const { primitives, clock } = deps;
  verifyAgentRequest(evidence, claims, { primitives, signPublicKey: agent.signPublicKey, now: clock.now() });
  if (agent.isRevoked) throw new ApiError("agent_revoked", "An owner has revoked this agent. Enrol the machine again.");
  // Twice the allowed skew: the nonce must be remembered for as long as its time would be accepted.
  const isNew = await deps.store.useNonce(agent.companyId, agent.agentId, {
    nonce: Buffer.from(claims.nonce, "base64url"),
    lifetimeMs: 2 * AGENT_REQUEST_SKEW_MS,
    agentVersion: versionOf(evidence.headers),
  });
  if (!isNew) throw new ApiError("request_replayed", "This request was sent before. Sign a new one.");
  return { kind: "agent", agent };
}

/** For people to read; what is no version is not kept. */
function versionOf(headers: Headers): string | null {
  const version = headers.get(AGENT_VERSION_HEADER);
  return version !== null && /^[0-9A-Za-z.+-]{1,32}$/.test(version) ? version : null;
}

/** Reads a session's row as the viewer that procedures and pages see. */
export function toCaller(session: SessionRow): Caller {
  const { personId, role, companyId, email } = session;
  if (session.kind === "staff") {
    const viewer = staffViewerSchema.parse({ kind: "staff", personId, role, companyId: null });
    return { kind: "staff", viewer, email };
  }
  const viewer = memberViewerSchema.parse({ kind: "member", personId, role: memberRoleSchema.parse(role), companyId });
  return { kind: "member", viewer, email };
}

/** A cookie travels with whatever page sends the request, so another site's page must not use it. */
function requireOwnPages(evidence: CallerEvidence): void {
  if (evidence.method === "GET" || evidence.method === "HEAD") return;
  const site = evidence.headers.get("sec-fetch-site");
  const origin = evidence.headers.get("origin");
  const host = evidence.headers.get("x-forwarded-host") ?? evidence.headers.get("host");
  const isOwn = site === null ? origin === null || URL.parse(origin)?.host === host : site === "same-origin";
  if (!isOwn) throw new ApiError("not_allowed", "Another site sent this request. Use the portal's own pages.");
}
