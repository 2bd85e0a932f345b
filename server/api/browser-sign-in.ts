import type { AuthOptions } from "next-auth";
import type { CredentialsConfig } from "next-auth/providers/credentials";
import { sessionCreateInput } from "../../contracts/session.ts";
import { browserSecret, hasSecureCookies, SESSION_MAX_AGE_S } from "../auth/browser-session.ts";
import { signOut } from "../domain/person/sign-out.ts";
import type { ApiDeps } from "./api-deps.ts";
import { errorCodeOf } from "./api-error.ts";
import { clientAddressOf } from "./client-address.ts";
import { signInPerson } from "./sign-in-person.ts";

/**
 * next-auth for browsers: it keeps the CSRF token and an encrypted, http-only cookie; inside is the token of a session
 * that is a row of ours, the same as the command line's. Signing out ends that row, so that a copied cookie is dead too.
 */
export function browserAuthOptions(deps: ApiDeps, headers: Headers): AuthOptions {
  return {
    secret: browserSecret(deps.secret),
    useSecureCookies: hasSecureCookies(deps.publicUrl),
    session: { strategy: "jwt", maxAge: SESSION_MAX_AGE_S },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [passwordProvider(deps, headers)],
    callbacks: {
      jwt: ({ token, user }) =>
        user !== undefined && "sessionToken" in user ? { ...token, sessionToken: user.sessionToken } : token,
      // The browser learns nothing from /api/auth/session; pages get their viewer from our own API.
      session: ({ session }) => ({ expires: session.expires }),
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token.sessionToken === "string") await signOut(deps, token.sessionToken);
      },
    },
    logger: {
      error: (code) => deps.log.warn({ code }, "next-auth refused"),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

/** E-mail and password. Written out, because next-auth's own maker of providers cannot be imported by Node as a module. */
function passwordProvider(deps: ApiDeps, headers: Headers): CredentialsConfig {
  return {
    id: "credentials",
    name: "Password",
    type: "credentials",
    credentials: { email: { type: "email" }, password: { type: "password" } },
    authorize: async (given) => {
      const input = sessionCreateInput.safeParse({ email: given?.email, password: given?.password });
      if (!input.success) throw new Error("wrong_credentials");
      try {
        const session = await signInPerson(deps, clientAddressOf(headers), input.data);
        return { id: session.viewer.personId, sessionToken: session.sessionToken };
      } catch (error) {
        // next-auth passes on the message alone; the form shows its own words for each code.
        throw new Error(errorCodeOf(error), { cause: error });
      }
    },
  };
}
