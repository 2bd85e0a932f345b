import { randomBytes, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { nodePrimitives as primitives } from "../../engine/primitives/node.ts";
import {
  AgentRequestError,
  agentRequestMessage,
  parseAgentAuthorization,
  verifyAgentRequest,
} from "./agent-request.ts";

const keys = primitives.signKeyPair(randomBytes(32));
const now = new Date("2026-11-19T12:00:00Z");
const request = { method: "POST", target: "/api/trpc/agent.hello", body: Buffer.from("{}") };

function headerOf(signed = request, sentAtMs = now.getTime()): string {
  const nonce = randomBytes(16).toString("base64url");
  const signature = primitives.sign(keys.secretKey, agentRequestMessage(signed, { sentAtMs, nonce }));
  return `Holdfast-Agent ${randomUUID()}.${sentAtMs}.${nonce}.${Buffer.from(signature).toString("base64url")}`;
}

function codeOf(header: string, received = request): string {
  try {
    const claims = parseAgentAuthorization(header);
    if (claims === null) return "no agent";
    verifyAgentRequest(received, claims, { primitives, signPublicKey: keys.publicKey, now });
    return "accepted";
  } catch (error) {
    if (error instanceof AgentRequestError) return error.code;
    throw error;
  }
}

test("a request signed by the agent's key is accepted within five minutes", () => {
  expect(codeOf(headerOf())).toBe("accepted");
  expect(codeOf(headerOf(request, now.getTime() - 299_000))).toBe("accepted");
  expect(codeOf(headerOf(request, now.getTime() + 301_000))).toBe("agent_clock_wrong");
});

test("the signature covers method, path, query and every byte of the body", () => {
  const header = headerOf();
  expect(codeOf(header, { ...request, method: "GET" })).toBe("agent_signature_invalid");
  expect(codeOf(header, { ...request, target: "/api/trpc/agent.startRun" })).toBe("agent_signature_invalid");
  expect(codeOf(header, { ...request, body: Buffer.from("{ }") })).toBe("agent_signature_invalid");
  expect(codeOf(header, { ...request, target: `${request.target}?input=1` })).toBe("agent_signature_invalid");
  const asked = { method: "GET", target: "/api/trpc/agent.log?input=1", body: Buffer.alloc(0) };
  expect(codeOf(headerOf(asked), asked)).toBe("accepted");
  expect(codeOf(headerOf(asked), { ...asked, target: "/api/trpc/agent.log?input=2" })).toBe("agent_signature_invalid");
  expect(codeOf(headerOf(asked), { ...asked, target: "/api/trpc/agent.log" })).toBe("agent_signature_invalid");
});

test("another scheme is no agent, a broken header of this one is refused by name", () => {
  expect(codeOf("Bearer abc")).toBe("no agent");
  expect(codeOf("Holdfast-Agent abc")).toBe("agent_signature_invalid");
  expect(codeOf(`${headerOf()}AA`)).toBe("agent_signature_invalid");
});
