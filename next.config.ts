import type { NextConfig } from "next";

/** Same for every answer; the policy for scripts and styles is set per request in proxy.ts. */
const SECURITY_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "no-referrer" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
];

/**
 * The vault is a static document (components/restore): no inline script, no script of another origin, and WebAssembly for
 * its ciphers. Its preview frame has an opaque origin, which may load nothing of ours unless it is said here.
 */
const VAULT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  // data: leads nowhere; zstddec fetches its own WebAssembly from such an address.
  "connect-src 'self' data:",
  "frame-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");
const PREVIEW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src blob: data:",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "sandbox allow-scripts",
].join("; ");

const VAULT_HEADERS = [
  {
    source: "/:kind(join|enrol)/:linkId",
    headers: [{ key: "Content-Security-Policy", value: VAULT_POLICY }],
  },
  {
    source: "/vault/:path*",
    headers: [{ key: "Content-Security-Policy", value: VAULT_POLICY }],
  },
  {
    source: "/vault/preview.html",
    headers: [
      { key: "Content-Security-Policy", value: PREVIEW_POLICY },
      { key: "X-Frame-Options", value: "SAMEORIGIN" },
    ],
  },
  {
    source: "/vault/assets/:path*",
    headers: [
      { key: "Cache-Control", value: "public, max-age=31536000, immutable" },
      { key: "Cross-Origin-Resource-Policy", value: "cross-origin" },
      { key: "Access-Control-Allow-Origin", value: "*" },
    ],
  },
];

const config: NextConfig = {
  // Several checkouts' processes may build at once; each names its own folder.
  distDir: process.env.HOLDFAST_DIST_DIR ?? ".next",
  turbopack: { root: import.meta.dirname },
  // `npm run check` is the one place that checks types, over every room at once.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  reactStrictMode: true,
  headers: async () => [{ source: "/:path*", headers: SECURITY_HEADERS }, ...VAULT_HEADERS],
  // A service worker's reach is its folder, so the vault is at "/vault/" with the slash; its document goes there from "/vault".
  skipTrailingSlashRedirect: true,
  rewrites: async () => ({
    beforeFiles: [
      { source: "/vault/", destination: "/vault/index.html" },
      { source: "/vault", destination: "/vault/index.html" },
      // Links with a secret behind "#" open in a static document, too: no server has a part in what reads it.
      { source: "/:kind(join|enrol)/:linkId", destination: "/vault/link.html" },
    ],
    afterFiles: [],
    fallback: [],
  }),
};

export default config;
