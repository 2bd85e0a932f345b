import { sessionCreateInput, sessionEndView, sessionView, sessionViewerView } from "../../contracts/session.ts";
import { readBrowserSession } from "../auth/browser-session.ts";
import { parseBearerToken } from "../auth/session-token.ts";
import { signOut } from "../domain/person/sign-out.ts";
import { publicProcedure, router, viewerProcedure } from "./procedures.ts";
import { signInPerson } from "./sign-in-person.ts";

/** Shown where the provider has not given its name yet. */
const UNNAMED_PROVIDER = "Holdfast";

export const sessionRouter = router({
  create: publicProcedure
    .input(sessionCreateInput)
    .output(sessionView)
    .mutation(({ ctx: { deps, clientAddress }, input }) => signInPerson(deps, clientAddress, input)),
  end: viewerProcedure.output(sessionEndView).mutation(async ({ ctx: { deps, headers } }) => {
    const token =
      parseBearerToken(headers.get("authorization")) ?? (await readBrowserSession(headers.get("cookie"), deps));
    if (token !== null) await signOut(deps, token);
    return { isEnded: true };
  }),
  viewer: publicProcedure.output(sessionViewerView).query(async ({ ctx }) => {
    const caller = await ctx.authenticate();
    if (caller.kind !== "staff" && caller.kind !== "member") return null;
    const { store } = ctx.deps;
    const company = caller.kind === "member" ? await store.findCompany(caller.viewer.companyId) : null;
    return {
      viewer: caller.viewer,
      email: caller.email,
      companyName: company?.name ?? null,
      providerName: (await store.findProvider())?.name ?? UNNAMED_PROVIDER,
    };
  }),
});
