import type { PackSource } from "../ports/pack-source.ts";
import type { Primitives } from "../ports/primitives.ts";
import { PackCatalogue } from "./pack-catalogue.ts";
import { PageStore } from "./page-store.ts";
import { DataKeys, type ReaderKeys } from "./restore-keys.ts";

/**
 * What readers of one company may share. Pages are named by their content, so snapshots have most of theirs in common: what one reader
 * proved, the next has at hand, and the memory of many is that of one.
 */
export interface SharedPages {
  readonly dataKeys: DataKeys;
  readonly catalogue: PackCatalogue;
  readonly pages: PageStore;
}

export interface SharedPagesOptions {
  readonly source: PackSource;
  readonly primitives: Primitives;
  readonly keys: ReaderKeys;
  readonly dataKeys?: DataKeys;
}

export function openSharedPages(options: SharedPagesOptions): SharedPages {
  const { source, primitives, keys } = options;
  const dataKeys = options.dataKeys ?? new DataKeys(primitives, keys);
  const catalogue = new PackCatalogue({ source, companyId: keys.companyId, dataKeys });
  return { dataKeys, catalogue, pages: new PageStore({ source, catalogue, primitives, keys }) };
}
