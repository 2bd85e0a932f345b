import { ChangeHistory } from "../../../../engine/restore/change-history.ts";
import { getScopeKey } from "../../../../engine/restore/restore-keys.ts";
import { openSharedPages } from "../../../../engine/restore/shared-pages.ts";
import { ChangeListReader } from "../../../../engine/tree/change-list-reader.ts";
import type { OpenVault } from "../vault-room.ts";

/** Change lists of an open vault, of all its sources. @param scope of the keys; version 1 has one per company */
export function openChangeHistory({ source, keys, member }: OpenVault, scope: number): ChangeHistory {
  const { primitives } = member.tools;
  // Apart from those of the trees: whole lists that are read for a search would drive the folders that are looked at out of memory.
  const { pages } = openSharedPages({ source, primitives, keys });
  const reader = new ChangeListReader({ primitives, chunkIdKey: getScopeKey(keys, scope), fetcher: pages });
  return new ChangeHistory(reader, pages);
}
