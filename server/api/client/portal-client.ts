import { createTRPCClient, httpBatchLink, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import superjson from "superjson";
import type { ErrorCode } from "../../../contracts/errors.ts";
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from "../../../contracts/limits.ts";
import type { AppRouter } from "../router.ts";

/**
 * The control API as a person's client calls it: the command line, pages and the vault's worker. Of the server it imports
 * types alone. Errors carry a stable `code` (contracts/errors.ts, or `portal_unreachable`).
 */
export type PortalClient = ReturnType<typeof createPortalClient>;

/** Longer than any procedure takes; a portal that says nothing for so long is gone. */
const ANSWER_TIMEOUT_MS = 120_000;
/** Proxies refuse longer request lines. */
const MAX_URL_LENGTH = 4096;

export interface PortalAddress {
  /** Origin of the portal, without a slash at the end; empty in a browser, which is there already. */
  readonly portalUrl: string;
  /** From `session.create`; absent for what a visitor may call, and in a browser, whose cookie says who is signed in. */
  readonly sessionToken?: string;
}

export function createPortalClient({ portalUrl, sessionToken }: PortalAddress) {
  return createTRPCClient<AppRouter>({
    links: [
      nameErrors(portalUrl),
      httpBatchLink({
        url: `${portalUrl}/api/trpc`,
        transformer: superjson,
        maxURLLength: MAX_URL_LENGTH,
        headers: {
          [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
          ...(sessionToken !== undefined && { authorization: `Bearer ${sessionToken}` }),
        },
        fetch: (url, { method, headers, body } = {}) =>
          fetch(url, {
            signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
            ...(method !== undefined && { method }),
            ...(headers !== undefined && { headers }),
            ...(body !== undefined && { body }),
          }),
      }),
    ],
  });
}

/** Whether a call failed with this code. */
export function hasCode(error: unknown, code: ErrorCode | "portal_unreachable"): boolean {
  return error instanceof TRPCClientError && "code" in error && error.code === code;
}

/** Gives every failure the server's own code, so that callers and scripts tell them apart without reading messages. */
function nameErrors(portalUrl: string): TRPCLink<AppRouter> {
  return () =>
    ({ next, op }) =>
      observable((observer) =>
        next(op).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error: (error) => observer.error(nameError(error, portalUrl)),
        }),
      );
}

function nameError(error: TRPCClientError<AppRouter>, portalUrl: string): TRPCClientError<AppRouter> {
  const { data } = error;
  if (data) return Object.assign(error, { code: data.code2, retryable: data.isRetryable });
  const message =
    portalUrl === ""
      ? "The portal does not answer. Nothing was changed; try again when the line is back."
      : `${portalUrl} does not answer as a Holdfast portal (${reasonOf(error)}): check HOLDFAST_PORTAL and that the service runs`;
  const unreachable = new TRPCClientError<AppRouter>(message, { cause: error });
  return Object.assign(unreachable, { code: "portal_unreachable", retryable: true });
}

/** "fetch failed" says nothing; the cause below it does. */
function reasonOf(error: Error): string {
  const deepest = error.cause instanceof Error ? (error.cause.cause ?? error.cause) : error;
  return deepest instanceof Error ? deepest.message || deepest.name : String(deepest);
}
