import { type NextRequest, NextResponse } from "next/server";

const NONCE_BYTES = 16;

/**
 * Gives each page its own policy: scripts only with this answer's nonce, everything else from the one origin. Only
 * pages pass through here; `/api` does not, because a proxy would cut large bodies.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString("base64");
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

function contentSecurityPolicy(nonce: string, isDevelopment: boolean): string {
  // React's development build evaluates code to rebuild stack traces, and its styles come in inline elements.
  const scripts = isDevelopment
    ? `'nonce-${nonce}' 'strict-dynamic' 'unsafe-eval'`
    : `'nonce-${nonce}' 'strict-dynamic'`;
  const styles = isDevelopment ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    `style-src ${styles}`,
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

export const config = {
  matcher: ["/((?!api/|_next/|fonts/|vault/|vault$|join/|enrol/|icon.svg|favicon.ico).*)"],
};
