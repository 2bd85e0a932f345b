import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import { useCall } from "../vault/use-call.ts";
import { useVault } from "../vault/vault-context.ts";
import { useBasket } from "./basket-context.tsx";
import { itemKey } from "./basket-item.ts";

/** Names and sizes of what is in the basket, while the vault is open; what is not there any more is missing. */
export function useBasketRows(): { readonly rows: ReadonlyMap<string, FolderRow>; readonly isLoading: boolean } {
  const { vault, isOpen } = useVault();
  const { items } = useBasket();
  const key = isOpen && items.length > 0 ? items.map(itemKey).join() : null;
  const asked = useCall(key, async () => {
    const found = await Promise.allSettled(
      items.map(async ({ snapshotId, steps }) => {
        const { path } = await vault.calls.findPlace({ snapshotId, steps });
        return vault.calls.findInSnapshot({ snapshotId, path });
      }),
    );
    return new Map(
      items.flatMap((item, at): [string, FolderRow][] => {
        const one = found[at];
        return one?.status === "fulfilled" && one.value !== null ? [[itemKey(item), one.value]] : [];
      }),
    );
  });
  return { rows: asked.value ?? NONE, isLoading: asked.isLoading };
}

const NONE: ReadonlyMap<string, FolderRow> = new Map();
