import type { KeyObject, KeyObjectKind } from "../domain/store/account-store.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, type Tx } from "./transaction.ts";

const KEY_OBJECTS_INSERT = loadStatement("key-objects-insert");
const KEY_OBJECTS_LIST = loadStatement("key-objects-list");

/** Stands for "of nobody in particular" where log statements and wraps have no subject. */
const NO_SUBJECT = PROVIDER_ID;

/** Inserts objects with their bytes, missing in every zone until they are put there. */
export async function insertKeyObjects(
  tx: Tx,
  companyId: string,
  objects: readonly KeyObject[],
  subjectId: string = NO_SUBJECT,
): Promise<void> {
  if (objects.length === 0) return;
  await tx.run(KEY_OBJECTS_INSERT, [
    companyId,
    subjectId,
    objects.map((object) => object.kind),
    objects.map((object) => object.number),
    objects.map((object) => Buffer.from(object.hash)),
    objects.map((object) => object.objectKey),
    objects.map((object) => Buffer.from(object.bytes)),
  ]);
}

export async function listKeyObjects(
  tx: Tx,
  companyId: string,
  query: { readonly kind: KeyObjectKind; readonly after: number; readonly limit: number },
): Promise<readonly KeyObject[]> {
  const rows = await tx.rows<{
    kind: KeyObjectKind;
    number: number;
    hash: Buffer;
    object_key: string;
    bytes: Buffer;
  }>(KEY_OBJECTS_LIST, [companyId, query.kind, query.after, query.limit]);
  return rows.map((row) => ({
    kind: row.kind,
    number: row.number,
    hash: toBytes(row.hash),
    objectKey: row.object_key,
    bytes: toBytes(row.bytes),
  }));
}

/** A Buffer of the driver as plain bytes, which compare and serialise like everybody else's. */
export function toBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}
