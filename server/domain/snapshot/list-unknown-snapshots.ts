import { z } from "zod";
import type { Zone } from "../../../engine/ports/zone.ts";
import type { Store } from "../store/store.ts";
import { snapshotsPrefix } from "../zone/object-keys.ts";

const PAGE = 1_000;
/** Our receipts have about 350 bytes. */
const MAX_RECEIPT_BYTES = 4_096;
const Receipt = z.object({ snapshotId: z.string(), receivedAt: z.iso.datetime(), agentId: z.string() });

/** A manifest that lies in a zone, and that no row knows. */
export interface UnknownSnapshot {
  readonly objectKey: string;
  /** The number that it was given by whoever stored it; ours may have given the same to another one. */
  readonly commit: number;
  /** What its receipt says; null where there is none, as after a commit that broke off. */
  readonly receipt: z.infer<typeof Receipt> | null;
}

/**
 * What a zone holds of a company's snapshots beyond the database: of a side that went on alone after this one had taken over, or of a commit that
 * broke off. Nothing is made of them here: each is the next in its agent's signed chain, and so is what that agent sent to this side.
 * @throws ZoneError
 */
export async function* listUnknownSnapshots(
  store: Pick<Store, "findObject">,
  zone: Zone,
  companyId: string,
): AsyncGenerator<UnknownSnapshot> {
  const prefix = snapshotsPrefix(companyId);
  for (let after: string | undefined; ; ) {
    const page = await zone.list(prefix, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const { key } of page) {
      const commit = /^(\d{12})-[0-9a-f]{64}$/.exec(key.slice(prefix.length))?.[1];
      if (commit === undefined || (await store.findObject(companyId, key)) !== null) continue;
      yield { objectKey: key, commit: Number(commit), receipt: await readReceipt(zone, `${key}.receipt`) };
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE || after === undefined) return;
  }
}

async function readReceipt(zone: Zone, key: string): Promise<z.infer<typeof Receipt> | null> {
  const found = await zone.find(key);
  if (found === null || found.sizeBytes > MAX_RECEIPT_BYTES) return null;
  const parts: Uint8Array[] = [];
  for await (const part of await zone.get(key)) parts.push(part);
  try {
    return Receipt.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
  } catch {
    return null;
  }
}
