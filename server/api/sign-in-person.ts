import { SESSION_TTL_MS } from "../../contracts/limits.ts";
import type { SessionView } from "../../contracts/session.ts";
import { signIn } from "../domain/person/sign-in.ts";
import type { ApiDeps } from "./api-deps.ts";
import { errorCodeOf } from "./api-error.ts";
import { consumeRate, requireRate } from "./rate-limits.ts";

/**
 * A session for an e-mail address and its password, for browser and command line alike. Right passwords cost nothing;
 * wrong ones are counted per account, and every try per address.
 *
 * @throws errors with code `wrong_credentials` or `rate_limited`
 */
export async function signInPerson(
  deps: ApiDeps,
  clientAddress: string,
  credentials: { readonly email: string; readonly password: string },
): Promise<SessionView> {
  const { signInAddress, signInFailures } = deps.rateLimits;
  await consumeRate(signInAddress, clientAddress);
  await requireRate(signInFailures, credentials.email);
  try {
    return await signIn(deps, { ...credentials, lifetimeMs: SESSION_TTL_MS });
  } catch (error) {
    if (errorCodeOf(error) === "wrong_credentials") await consumeRate(signInFailures, credentials.email);
    throw error;
  }
}
