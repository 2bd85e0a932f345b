import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { CONTROL_BODY_MAX_BYTES } from "../../contracts/limits.ts";
import type { ApiDeps } from "./api-deps.ts";
import { authenticate } from "./authenticate.ts";
import { clientAddressOf } from "./client-address.ts";
import type { ApiContext } from "./context.ts";
import { appRouter } from "./router.ts";

const ENDPOINT = "/api/trpc";

/** Answers one HTTP request to the control API. The body is read first: an agent's signature covers its exact bytes. */
export async function answerRequest(deps: ApiDeps, request: Request): Promise<Response> {
  const body = await readBody(request);
  if (body === null) return tooLarge();
  const { method, headers, url } = request;
  const { pathname, search } = new URL(url);
  let caller: ReturnType<ApiContext["authenticate"]> | undefined;
  const authenticateAgain = () => authenticate(deps, { method, target: pathname + search, headers, body });
  const context: ApiContext = {
    deps,
    headers,
    clientAddress: clientAddressOf(headers),
    authenticate: () => {
      caller ??= authenticateAgain();
      return caller;
    },
    authenticateAgain,
  };
  return fetchRequestHandler({
    endpoint: ENDPOINT,
    req: new Request(url, { method, headers, signal: request.signal, ...(body.length > 0 && { body }) }),
    router: appRouter,
    createContext: () => context,
    // What one HTTP request may ask at once; each question costs a few statements.
    maxBatchSize: 20,
    responseMeta: () => ({ headers: new Headers({ "cache-control": "no-store" }) }),
  });
}

/** The whole body, or null when it is longer than a control request may be. */
async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > CONTROL_BODY_MAX_BYTES) return null;
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of request.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > CONTROL_BODY_MAX_BYTES) return null;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function tooLarge(): Response {
  const message = `A control request has at most ${CONTROL_BODY_MAX_BYTES} bytes. Content goes through /bulk.`;
  return Response.json({ code: "too_large", message }, { status: 413 });
}
