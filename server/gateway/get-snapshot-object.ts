import { MANIFEST_MAX_BYTES } from "../../contracts/limits.ts";
import { toHex } from "../../engine/codec/hex.ts";
import type { RestoreClaims } from "../auth/bulk-token.ts";
import type { SnapshotRow } from "../domain/store/store-reads.ts";
import type { ObjectRow } from "../domain/store/zone-store.ts";
import { archivedManifestKey, manifestObjectKey, receiptObjectKey } from "../domain/zone/object-keys.ts";
import { type Exchange, sendBytes } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";

/** A receipt is one line of JSON. */
const RECEIPT_MAX_BYTES = 64 * 1024;

/** The manifest as the agent signed it; a copy whose hash does not fit is passed over. Where no zone's backup base has a good one, the archive's. */
export async function getManifest(exchange: Exchange<RestoreClaims>): Promise<void> {
  const { companyId, commit, manifestSha256, backupLeftAt } = await findSnapshot(exchange);
  const read = (keyOf: typeof manifestObjectKey) =>
    readObject(exchange, keyOf(companyId, commit, toHex(manifestSha256)), MANIFEST_MAX_BYTES);
  if (backupLeftAt !== null) return sendBytes(exchange.response, 200, await read(archivedManifestKey));
  const bytes = await read(manifestObjectKey).catch((error: unknown) => {
    exchange.signal.throwIfAborted();
    // What is not frozen has none there, and the first error says more.
    return read(archivedManifestKey).catch(() => Promise.reject(error));
  });
  sendBytes(exchange.response, 200, bytes);
}

/** What the server recorded when it took the snapshot; a copy whose hash does not fit is passed over. */
export async function getReceipt(exchange: Exchange<RestoreClaims>): Promise<void> {
  const { companyId, commit, manifestSha256 } = await findSnapshot(exchange);
  const key = receiptObjectKey(companyId, commit, toHex(manifestSha256));
  const bytes = await readObject(exchange, key, RECEIPT_MAX_BYTES);
  sendBytes(exchange.response, 200, bytes, { "content-type": "application/json" });
}

async function findSnapshot({ context, claims, params }: Exchange<RestoreClaims>): Promise<SnapshotRow> {
  const row = await context.deps.store.findSnapshot(claims.companyId, params.snapshotId ?? "");
  if (row === null) throw new GatewayError("not_found", "there is no such snapshot");
  return row;
}

/** From the first zone whose copy has the recorded hash. */
async function readObject(exchange: Exchange<RestoreClaims>, key: string, maxBytes: number): Promise<Buffer> {
  const { context, claims, signal } = exchange;
  const { companyId } = claims;
  const { primitives, store } = context.deps;
  const row = await store.findObject(companyId, key);
  if (row === null) throw new GatewayError("not_found", "there is no such object");
  const isWhole = (bytes: Buffer) => primitives.isEqual(primitives.sha256(bytes), row.sha256);
  const read = { companyId, name: { objectKey: key }, key, zoneIds: zonesFor(exchange, row), signal };
  return context.reads.readWhole(read, maxBytes, isWhole);
}

/** Good copies first, then those in doubt; last the zones that may have got theirs a moment ago. */
function zonesFor({ context, query }: Exchange, { copies }: ObjectRow): readonly string[] {
  const excluded = new Set(query.getAll("exclude").flatMap((zoneIds) => zoneIds.split(",")));
  const allowed = context.reads.zoneIds.filter((zoneId) => !excluded.has(zoneId));
  const stateOf = (zoneId: string) => copies.find((copy) => copy.zoneId === zoneId)?.state ?? "missing";
  return (["present", "suspect", "missing"] as const).flatMap((state) =>
    allowed.filter((zoneId) => stateOf(zoneId) === state),
  );
}
