import { initTRPC } from "@trpc/server";
import superjson from "superjson";
import { ZodError } from "zod";
import { ERROR_CODES, type ErrorData } from "../../contracts/errors.ts";
import type { CompanyId } from "../../contracts/ids.ts";
import type { MemberRole, StaffRole, Viewer } from "../../contracts/viewer.ts";
import type { AgentRow } from "../domain/store/key-store.ts";
import { ApiError, errorCodeOf, retryAfterOf, toTrpcError } from "./api-error.ts";
import type { ApiContext, Caller } from "./context.ts";
import { requireSpokenVersion } from "./version-handshake.ts";

/** Who may call a procedure; the generated tests read it from the router. */
export type Access =
  | { readonly kind: "public" | "agent" | "viewer" }
  | { readonly kind: "staff"; readonly roles: readonly StaffRole[] }
  | { readonly kind: "member"; readonly roles: readonly MemberRole[] };

export interface ProcedureMeta {
  readonly access: Access;
}

/** Between signs of life on a stream that has nothing to tell. */
const PING_MS = 10_000;

const trpc = initTRPC
  .context<ApiContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    sse: {
      // Proxies end what is silent for a minute; browsers open anew what was silent for longer than two pings.
      ping: { enabled: true, intervalMs: PING_MS },
      client: { reconnectAfterInactivityMs: 3 * PING_MS },
    },
    errorFormatter({ shape, error }) {
      const code = errorCodeOf(error);
      const update = error.cause instanceof ApiError ? error.cause.update : undefined;
      const retryAfterMs = retryAfterOf(error);
      const data: ErrorData = {
        code2: code,
        isRetryable: ERROR_CODES[code].isRetryable,
        ...(update !== undefined && { update }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      };
      // No stack and no path of a file, also in development: the log has them.
      return { ...shape, data: { code: shape.data.code, httpStatus: ERROR_CODES[code].httpStatus, ...data } };
    },
  });

export const router = trpc.router;

/** Every procedure: errors get their stable code, and what nobody expected is logged with its cause. */
const baseProcedure = trpc.procedure.use(async ({ ctx, next, path }) => {
  await requireSpoken(ctx, false);
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (errorCodeOf(result.error) === "internal") {
    ctx.deps.log.error({ err: cause ?? result.error, procedure: path }, "a procedure failed");
    throw toTrpcError(cause ?? result.error);
  }
  if (cause instanceof ZodError) throw toTrpcError(new ApiError("bad_input", describeIssues(cause)));
  throw cause === undefined ? result.error : toTrpcError(cause);
});

/** Which field is wrong and what it must be, at most three of them. */
function describeIssues(error: ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`)
    .join("; ");
}

async function requireSpoken({ headers, deps }: ApiContext, isAgent: boolean): Promise<void> {
  try {
    await requireSpokenVersion(headers, { isAgent, releases: deps.releases });
  } catch (error) {
    throw toTrpcError(error);
  }
}

/** Anybody, signed in or not. */
export const publicProcedure = baseProcedure.meta({ access: { kind: "public" } });

/** Staff with one of these roles; sees every company. */
export function staffProcedure(roles: readonly StaffRole[]) {
  return baseProcedure.meta({ access: { kind: "staff", roles } }).use(async ({ ctx, next }) => {
    const caller = requirePerson(await ctx.authenticate());
    if (caller.kind !== "staff" || !roles.includes(caller.viewer.role)) throw notForThem(roles);
    return next({ ctx: { viewer: caller.viewer } });
  });
}

/** A member with one of these roles, for the own company only. */
export function memberProcedure(roles: readonly MemberRole[]) {
  return baseProcedure.meta({ access: { kind: "member", roles } }).use(async ({ ctx, next }) => {
    const caller = requirePerson(await ctx.authenticate());
    if (caller.kind !== "member" || !roles.includes(caller.viewer.role)) throw notForThem(roles);
    return next({ ctx: { viewer: caller.viewer, companyId: caller.viewer.companyId } });
  });
}

/** Staff of any role, or a member of any role within the own company: `companyOf` narrows what they asked for. */
export const viewerProcedure = baseProcedure.meta({ access: { kind: "viewer" } }).use(async ({ ctx, next }) => {
  const { viewer } = requirePerson(await ctx.authenticate());
  return next({ ctx: { viewer } });
});

/** An enrolled agent, by its signature over this very request. */
export const agentProcedure = baseProcedure.meta({ access: { kind: "agent" } }).use(async ({ ctx, next }) => {
  await requireSpoken(ctx, true);
  const caller = await ctx.authenticate();
  if (caller.kind === "visitor") throw new ApiError("sign_in_required", "Only an enrolled agent can ask this.");
  if (caller.kind !== "agent") throw new ApiError("not_allowed", "Only an enrolled agent can ask this.");
  const agent: AgentRow = caller.agent;
  return next({ ctx: { agent } });
});

/**
 * The company that a viewer's question is about: a member's own, what staff name, or null for all of them.
 *
 * @throws ApiError `not_found` when a member names another company: for them it does not exist
 */
export function companyOf(viewer: Viewer, asked: CompanyId | undefined): CompanyId | null {
  if (viewer.kind === "staff") return asked ?? null;
  if (asked !== undefined && asked !== viewer.companyId) throw new ApiError("not_found", "There is no such company.");
  return viewer.companyId;
}

function requirePerson(caller: Caller): Extract<Caller, { kind: "staff" | "member" }> {
  if (caller.kind === "visitor") throw new ApiError("sign_in_required", "Sign in first.");
  if (caller.kind === "agent")
    throw new ApiError("not_allowed", "An agent cannot ask this, only a person who signs in.");
  return caller;
}

function notForThem(roles: readonly string[]): ApiError {
  return new ApiError("not_allowed", `Your role does not allow this. It needs one of: ${roles.join(", ")}.`);
}
