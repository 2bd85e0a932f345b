import { tellLock } from "../vault-lock/lock-channel.ts";

export type SignInOutcome = "signed_in" | "wrong_credentials" | "rate_limited" | "unreachable";

/** Asks for this browser's session. The cookie that comes back is for this origin alone and not readable here. */
export async function signInHere(email: string, password: string): Promise<SignInOutcome> {
  try {
    const response = await postForm("/api/auth/callback/credentials", { email, password });
    if (response.ok) return "signed_in";
    return response.status === 401 ? reasonOf(await response.json()) : "unreachable";
  } catch {
    return "unreachable";
  }
}

/**
 * Locks every vault of this browser, ends the session on the server and removes the cookie; without a connection the cookie
 * stays until it expires.
 */
export async function signOutHere(): Promise<void> {
  tellLock({ kind: "lock_all" });
  await postForm("/api/auth/signout", {}).catch(() => undefined);
}

/** The answer names its reason in the query of an address that nobody visits. */
function reasonOf(body: unknown): SignInOutcome {
  const url = typeof body === "object" && body !== null && "url" in body ? String(body.url) : "";
  return url.includes("rate_limited") ? "rate_limited" : "wrong_credentials";
}

async function postForm(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  const answer: unknown = await (await fetch("/api/auth/csrf")).json();
  const csrfToken =
    typeof answer === "object" && answer !== null && "csrfToken" in answer ? String(answer.csrfToken) : "";
  return fetch(path, { method: "POST", body: new URLSearchParams({ ...fields, csrfToken, json: "true" }) });
}
