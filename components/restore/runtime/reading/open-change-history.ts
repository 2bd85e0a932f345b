import { ChangeHistory } from "../../../../engine/restore/change-history.ts";
import { PackCatalogue } from "../../../../engine/restore/pack-catalogue.ts";
import { PageStore } from "../../../../engine/restore/page-store.ts";
import { DataKeys, getScopeKey } from "../../../../engine/restore/restore-keys.ts";
import { ChangeListReader } from "../../../../engine/tree/change-list-reader.ts";
import type { OpenVault } from "../vault-room.ts";

/** Change lists of an open vault, of all its sources. @param scope of the keys; version 1 has one per company */
export function openChangeHistory({ source, keys, member }: OpenVault, scope: number): ChangeHistory {
  const { primitives } = member.tools;
  const dataKeys = new DataKeys(primitives, keys);
  const catalogue = new PackCatalogue({ source, companyId: keys.companyId, dataKeys });
  const fetcher = new PageStore({ source, catalogue, primitives, keys });
  const reader = new ChangeListReader({ primitives, chunkIdKey: getScopeKey(keys, scope), fetcher });
  return new ChangeHistory(reader, fetcher);
}
