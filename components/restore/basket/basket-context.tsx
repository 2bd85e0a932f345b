import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { changeEntry, readEntry } from "../runtime/database.ts";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import { useVault } from "../vault/vault-context.ts";
import { type BasketItem, itemKey, parseBasket, toggleAll, toggleItem } from "./basket-item.ts";

export interface Basket {
  readonly items: readonly BasketItem[];
  has(item: Pick<BasketItem, "snapshotId" | "steps">): boolean;
  toggle(item: BasketItem): void;
  toggleAll(items: readonly BasketItem[]): void;
  empty(): void;
}

const BasketContext = createContext<Basket | null>(null);

export function useBasket(): Basket {
  const basket = useContext(BasketContext);
  if (basket === null) throw new Error("this is shown outside of the basket");
  return basket;
}

/** The item that a row of a folder stands for; what is gone lies in the snapshot that was compared with. */
export function itemOfRow(
  place: { readonly machineId: string; readonly sourceId: string; readonly snapshotId: string },
  row: Pick<FolderRow, "steps" | "change">,
  comparedWith: string | null,
): BasketItem {
  const { machineId, sourceId } = place;
  const snapshotId = row.change === "gone" && comparedWith !== null ? comparedWith : place.snapshotId;
  return { machineId, sourceId, snapshotId, steps: row.steps };
}

/** Keeps the basket in this browser, as ids. */
export function BasketProvider({ children }: { readonly children: ReactNode }) {
  const { person } = useVault();
  const entry = `basket ${person.companyId}`;
  const [items, setItems] = useState<readonly BasketItem[]>([]);
  useEffect(() => {
    let isWanted = true;
    void readEntry("settings", entry).then((kept) => {
      if (isWanted) setItems(parseBasket(kept));
    });
    return () => {
      isWanted = false;
    };
  }, [entry]);
  const basket = useMemo((): Basket => {
    const keys = new Set(items.map(itemKey));
    const change = (after: readonly BasketItem[]) => {
      setItems(after);
      void changeEntry("settings", entry, () => after);
    };
    return {
      items,
      has: (item) => keys.has(itemKey(item)),
      toggle: (item) => change(toggleItem(items, item)),
      toggleAll: (chosen) => change(toggleAll(items, chosen)),
      empty: () => change([]),
    };
  }, [items, entry]);
  return <BasketContext value={basket}>{children}</BasketContext>;
}
