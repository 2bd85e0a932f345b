import { createHash } from "node:crypto";
import { AGENT_REQUEST_SKEW_MS } from "../../contracts/limits.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";

const SCHEME =
  /^Holdfast-Agent ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{1,16})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{86})$/;

/** What an agent's `authorization` header says, before anything of it is believed. */
export interface AgentAuthorization {
  readonly agentId: string;
  /** The agent's clock, Unix ms. */
  readonly sentAtMs: number;
  /** 16 random bytes, base64url: one request only. */
  readonly nonce: string;
  readonly signature: Uint8Array;
}

/** The parts of a request that an agent signs. */
export interface SignedRequest {
  readonly method: string;
  /** Path with query, as the agent asked for it: in a GET the query is the question. */
  readonly target: string;
  /** The exact bytes of the body; empty for GET. */
  readonly body: Uint8Array;
}

export class AgentRequestError extends Error {
  readonly code: "agent_signature_invalid" | "agent_clock_wrong";
  readonly retryable = false;

  constructor(code: AgentRequestError["code"], message: string) {
    super(message);
    this.name = "AgentRequestError";
    this.code = code;
  }
}

/** Reads `authorization: Holdfast-Agent ...`; null when the header is of another kind or absent. */
export function parseAgentAuthorization(header: string | null): AgentAuthorization | null {
  if (header === null || !header.startsWith("Holdfast-Agent ")) return null;
  const match = SCHEME.exec(header);
  const [, agentId, sentAt, nonce, signature] = match ?? [];
  if (agentId === undefined || sentAt === undefined || nonce === undefined || signature === undefined) {
    throw new AgentRequestError("agent_signature_invalid", "the authorization header of this agent cannot be read");
  }
  return { agentId, sentAtMs: Number(sentAt), nonce, signature: Buffer.from(signature, "base64url") };
}

/** The bytes under the signature: everything that gives the request its meaning. */
export function agentRequestMessage(
  request: SignedRequest,
  claims: Pick<AgentAuthorization, "sentAtMs" | "nonce">,
): Uint8Array {
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  return Buffer.from(
    `holdfast/1/request\n${request.method}\n${request.target}\n${claims.sentAtMs}\n${claims.nonce}\n${bodyHash}`,
  );
}

/** One question, answered by the registered key of the agent that the header names. */
export interface AgentCheck {
  readonly primitives: Pick<Primitives, "isSignedBy">;
  readonly signPublicKey: Uint8Array;
  readonly now: Date;
}

/**
 * Checks time and signature. Whether the nonce was seen before is asked of the store afterwards, so that only signed
 * requests fill its table.
 *
 * @throws AgentRequestError `agent_clock_wrong` beyond five minutes, `agent_signature_invalid` otherwise
 */
export function verifyAgentRequest(request: SignedRequest, claims: AgentAuthorization, check: AgentCheck): void {
  if (Math.abs(check.now.getTime() - claims.sentAtMs) > AGENT_REQUEST_SKEW_MS) {
    throw new AgentRequestError(
      "agent_clock_wrong",
      `this machine's clock is more than 5 minutes away from the server's (${check.now.toISOString()}): set it and try again`,
    );
  }
  if (!check.primitives.isSignedBy(check.signPublicKey, claims.signature, agentRequestMessage(request, claims))) {
    throw new AgentRequestError("agent_signature_invalid", "this request is not signed by the agent that it names");
  }
}
