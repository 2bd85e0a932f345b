import superjson from "superjson";
import type { z } from "zod";
import { AGENT_VERSION_HEADER, PROTOCOL_HEADER, PROTOCOL_VERSION } from "../contracts/limits.ts";
import { toBase64Url, toHex } from "../engine/codec/hex.ts";
import { encodeUtf8 } from "../engine/codec/text.ts";
import { nodePrimitives, nodeRandomness } from "../engine/primitives/node.ts";
import { agentVersion } from "./agent-version.ts";
import type { HttpAnswer, HttpConnection } from "./http-connection.ts";
import { type RetryOptions, ServerError, withRetries } from "./retry.ts";

/** Who signs a control call; a visitor, as during enrolment, signs nothing. */
export interface RequestSigner {
  readonly agentId: string;
  /** Ed25519, libsodium's 64 bytes. */
  readonly signSecretKey: Uint8Array;
}

export interface ControlCall<View> {
  readonly procedure: string;
  /** Reading calls go as GET, all others as POST. */
  readonly isQuery?: boolean;
  readonly input?: unknown;
  readonly view: z.ZodType<View>;
}

/** The control plane's calls (tRPC over plain requests, so that starting an agent loads no client library). */
export class ControlClient {
  readonly connection: HttpConnection;
  readonly #signer: RequestSigner | undefined;

  constructor(connection: HttpConnection, signer?: RequestSigner) {
    this.connection = connection;
    this.#signer = signer;
  }

  /** @throws ServerError with the server's code; ConnectionError */
  call<View>(call: ControlCall<View>, options: RetryOptions = {}): Promise<View> {
    return withRetries(() => this.#callOnce(call, options), options);
  }

  async #callOnce<View>(call: ControlCall<View>, { signal }: RetryOptions): Promise<View> {
    const text = call.input === undefined ? "" : JSON.stringify(superjson.serialize(call.input));
    const method = call.isQuery ? "GET" : "POST";
    const body = call.isQuery ? undefined : encodeUtf8(text === "" ? "{}" : text);
    const target = `/api/trpc/${call.procedure}${call.isQuery && text !== "" ? `?input=${encodeQuery(text)}` : ""}`;
    const headers = {
      [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
      [AGENT_VERSION_HEADER]: agentVersion,
      "content-type": "application/json",
      ...this.#authorization(method, target, body ?? new Uint8Array(0)),
    };
    const answer = await this.connection.call({ method, path: target, headers, signal, ...(body && { body }) });
    return call.view.parse(parseResult(answer));
  }

  #authorization(method: string, target: string, body: Uint8Array): Record<string, string> {
    if (this.#signer === undefined) return {};
    const { agentId, signSecretKey } = this.#signer;
    const sentAtMs = Date.now();
    const nonce = toBase64Url(nodeRandomness.bytes(16));
    const bodyHash = toHex(nodePrimitives.sha256(body));
    const message = encodeUtf8(`holdfast/1/request\n${method}\n${target}\n${sentAtMs}\n${nonce}\n${bodyHash}`);
    const signature = toBase64Url(nodePrimitives.sign(signSecretKey, message));
    return { authorization: `Holdfast-Agent ${agentId}.${sentAtMs}.${nonce}.${signature}` };
  }
}

/** As URLs are written everywhere: the signature covers the query, so that no parser on the way may have to change it. */
function encodeQuery(text: string): string {
  return encodeURIComponent(text).replaceAll("'", "%27");
}

interface Envelope {
  readonly result?: { readonly data?: Parameters<typeof superjson.deserialize>[0] };
  readonly error?: { readonly json?: TrpcError } & TrpcError;
}

interface TrpcError {
  readonly message?: unknown;
  readonly data?: { readonly code2?: unknown; readonly retryAfterMs?: unknown };
}

/** @throws ServerError */
function parseResult(answer: HttpAnswer): unknown {
  const envelope = parseEnvelope(answer);
  if (envelope.result?.data !== undefined) return superjson.deserialize(envelope.result.data);
  const error = envelope.error?.json ?? envelope.error;
  const code = typeof error?.data?.code2 === "string" ? error.data.code2 : `http_${answer.status}`;
  const message = typeof error?.message === "string" ? error.message : `the portal answered with ${answer.status}`;
  throw new ServerError(code, message, { status: answer.status, details: error?.data });
}

function parseEnvelope(answer: HttpAnswer): Envelope {
  try {
    const value: unknown = JSON.parse(answer.body.toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Envelope;
  } catch {
    // Not the portal's own answer: a proxy's page, or a portal that is still starting.
  }
  const message = `the portal answered with ${answer.status} and no readable result`;
  throw new ServerError("portal_unreachable", message, { status: Math.max(answer.status, 500) });
}
