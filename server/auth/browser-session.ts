import { createHmac } from "node:crypto";
import { decode } from "next-auth/jwt";
import { SESSION_TTL_MS } from "../../contracts/limits.ts";

/** Our claims in the browser's encrypted cookie: the session itself is a row, so that signing out ends it at once. */
export interface BrowserSession {
  readonly sessionToken: string;
}

export const SESSION_MAX_AGE_S = SESSION_TTL_MS / 1000;

/** next-auth's own secret, so that its cookies and our tokens never share a key. */
export function browserSecret(secret: Uint8Array): string {
  return createHmac("sha256", secret).update("holdfast/1/next-auth").digest("hex");
}

/** Cookies are `Secure`, with the prefix that says so, when the public origin is https. */
export function hasSecureCookies(publicUrl: string): boolean {
  return publicUrl.startsWith("https://");
}

/** Name of the session cookie. */
export function sessionCookieName(publicUrl: string): string {
  return `${hasSecureCookies(publicUrl) ? "__Secure-" : ""}next-auth.session-token`;
}

/** The session token inside a `cookie` header; null when there is none that we made. */
export async function readBrowserSession(
  cookieHeader: string | null,
  settings: { readonly secret: Uint8Array; readonly publicUrl: string },
): Promise<string | null> {
  const cookie = cookieOf(cookieHeader ?? "", sessionCookieName(settings.publicUrl));
  if (cookie === null) return null;
  try {
    const claims = await decode({ token: cookie, secret: browserSecret(settings.secret) });
    return typeof claims?.sessionToken === "string" ? claims.sessionToken : null;
  } catch {
    // A cookie of another installation, an old secret, or a forged one: all mean "not signed in".
    return null;
  }
}

function cookieOf(header: string, name: string): string | null {
  for (const pair of header.split(";")) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) return decodeURIComponent(value.join("="));
  }
  return null;
}
