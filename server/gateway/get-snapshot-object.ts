import { MANIFEST_MAX_BYTES } from "../../contracts/limits.ts";
import { toHex } from "../../engine/codec/hex.ts";
import type { RestoreClaims } from "../auth/bulk-token.ts";
import type { SnapshotRow } from "../domain/store/store-reads.ts";
import { manifestObjectKey, receiptObjectKey } from "../domain/zone/object-keys.ts";
import { type Exchange, sendBytes } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";

/** A receipt is one line of JSON. */
const RECEIPT_MAX_BYTES = 64 * 1024;

/** The manifest as the agent signed it; a copy whose hash does not fit is passed over. */
export async function getManifest(exchange: Exchange<RestoreClaims>): Promise<void> {
  const { context, signal } = exchange;
  const row = await findSnapshot(exchange);
  const key = manifestObjectKey(row.companyId, row.commit, toHex(row.manifestSha256));
  const { primitives } = context.deps;
  const isWhole = (bytes: Buffer) => primitives.isEqual(primitives.sha256(bytes), row.manifestSha256);
  const read = { key, zoneIds: zonesFor(exchange), signal };
  sendBytes(exchange.response, 200, await context.reads.readWhole(read, MANIFEST_MAX_BYTES, isWhole));
}

/** What the server recorded when it took the snapshot. */
export async function getReceipt(exchange: Exchange<RestoreClaims>): Promise<void> {
  const row = await findSnapshot(exchange);
  const key = receiptObjectKey(row.companyId, row.commit, toHex(row.manifestSha256));
  const read = { key, zoneIds: zonesFor(exchange), signal: exchange.signal };
  const bytes = await exchange.context.reads.readWhole(read, RECEIPT_MAX_BYTES, (found) => isReceiptOf(found, row));
  sendBytes(exchange.response, 200, bytes, { "content-type": "application/json" });
}

function isReceiptOf(bytes: Buffer, row: SnapshotRow): boolean {
  try {
    const receipt: unknown = JSON.parse(bytes.toString("utf8"));
    return (
      typeof receipt === "object" &&
      receipt !== null &&
      "snapshotId" in receipt &&
      receipt.snapshotId === row.snapshotId
    );
  } catch {
    return false;
  }
}

async function findSnapshot({ context, claims, params }: Exchange<RestoreClaims>): Promise<SnapshotRow> {
  const row = await context.deps.store.findSnapshot(claims.companyId, params.snapshotId ?? "");
  if (row === null) throw new GatewayError("not_found", "there is no such snapshot");
  return row;
}

/** The zone that it was written to may be excluded; which others have it, the read finds out. */
function zonesFor({ context, query }: Exchange): readonly string[] {
  const excluded = new Set(query.getAll("exclude").flatMap((zoneIds) => zoneIds.split(",")));
  return context.reads.zoneIds.filter((zoneId) => !excluded.has(zoneId));
}
