import type { BulkClaims, RestoreClaims, RunClaims } from "../auth/bulk-token.ts";
import { commitSnapshot } from "./commit-snapshot.ts";
import type { Exchange } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { getPack, getPackIndex } from "./get-pack.ts";
import { getManifest, getReceipt } from "./get-snapshot-object.ts";
import { knownChunks, locateChunks, locateCopies } from "./known-chunks.ts";
import { putPack } from "./put-pack.ts";
import { reportCopy } from "./report-copy.ts";

export interface BulkRoute {
  readonly method: "GET" | "POST" | "PUT";
  /** With named parts, such as `/bulk/v1/packs/:packId`. */
  readonly path: string;
  /** The one kind of token that it takes. Run tokens write and read nothing; restore tokens read and write nothing. */
  readonly allows: BulkClaims["kind"];
  readonly handle: (exchange: Exchange) => Promise<void>;
  /** Takes a pack: bounded by the rooms for uploads, and it decides itself when a sender that asked first goes on. */
  readonly isUpload?: boolean;
}

/** All that the gateway serves itself. The tests of who may do what are made from this table. */
export const BULK_ROUTES: readonly BulkRoute[] = [
  runRoute("POST", "/bulk/v1/known-chunks", knownChunks),
  { ...runRoute("PUT", "/bulk/v1/packs/:packId", putPack), isUpload: true },
  runRoute("POST", "/bulk/v1/commit-snapshot", commitSnapshot),
  restoreRoute("POST", "/bulk/v1/locate", locateChunks),
  restoreRoute("POST", "/bulk/v1/locate-copies", locateCopies),
  restoreRoute("GET", "/bulk/v1/packs/:packId/index", getPackIndex),
  restoreRoute("GET", "/bulk/v1/packs/:packId", getPack),
  restoreRoute("GET", "/bulk/v1/snapshots/:snapshotId/manifest", getManifest),
  restoreRoute("GET", "/bulk/v1/snapshots/:snapshotId/receipt", getReceipt),
  restoreRoute("POST", "/bulk/v1/reports", reportCopy),
];

const PARAM_PATTERNS: Readonly<Record<string, string>> = {
  packId: "(?<packId>[0-9a-f]{64})",
  snapshotId: "(?<snapshotId>[0-9a-f]{32})",
};

const COMPILED = BULK_ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/:([A-Za-z]+)/g, (_, name) => PARAM_PATTERNS[name] ?? "")}$`),
}));

/** @throws GatewayError `not_found` when there is no such path, or not for this method */
export function matchRoute(method: string, path: string): { route: BulkRoute; params: Record<string, string> } {
  for (const { route, pattern } of COMPILED) {
    const match = route.method === method ? pattern.exec(path) : null;
    if (match) return { route, params: { ...match.groups } };
  }
  throw new GatewayError("not_found", "there is nothing at this address for this method");
}

function runRoute(method: BulkRoute["method"], path: string, handle: (exchange: Exchange<RunClaims>) => Promise<void>) {
  return {
    method,
    path,
    allows: "run",
    handle: (exchange) => {
      const { claims } = exchange;
      if (claims.kind !== "run") throw wrongKind();
      return handle({ ...exchange, claims });
    },
  } satisfies BulkRoute;
}

function restoreRoute(
  method: BulkRoute["method"],
  path: string,
  handle: (exchange: Exchange<RestoreClaims>) => Promise<void>,
) {
  return {
    method,
    path,
    allows: "restore",
    handle: (exchange) => {
      const { claims } = exchange;
      if (claims.kind !== "restore") throw wrongKind();
      return handle({ ...exchange, claims });
    },
  } satisfies BulkRoute;
}

export function wrongKind(): GatewayError {
  return new GatewayError("not_allowed", "this token does not allow this");
}
