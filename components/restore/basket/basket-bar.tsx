import { formatBytes } from "../../format/format-bytes.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { goTo } from "../route/use-route.ts";
import { useVault } from "../vault/vault-context.ts";
import { useBasket } from "./basket-context.tsx";
import { itemKey } from "./basket-item.ts";
import { describeBasket, sumBytes } from "./describe-basket.ts";
import { useBasketRows } from "./use-basket-rows.ts";

/** What was chosen so far, across folders, machines and times; it outlives the lock as ids. */
export function BasketBar() {
  const { isOpen } = useVault();
  const basket = useBasket();
  const { rows, isLoading } = useBasketRows();
  const isEmpty = basket.items.length === 0;
  return (
    <section
      aria-label="Basket"
      className="flex min-h-[52px] items-center gap-x-3 gap-y-1 border-t border-line bg-surface px-4 text-label max-sm:pb-[env(safe-area-inset-bottom)]"
    >
      <span className={isEmpty ? "text-ink-3" : "text-accent"}>
        <Icon name="basket" />
      </span>
      {!isOpen ? (
        <p className="text-ink-3">
          {isEmpty ? "Unlock to fill the basket" : `${basket.items.length} in the basket. Unlock to see which`}
        </p>
      ) : isEmpty ? (
        <p className="text-ink-3">The basket is empty. Space, or the box of a row, puts something in.</p>
      ) : (
        <>
          <p role="status" className="min-w-0 truncate">
            <strong className="font-semibold max-sm:sr-only">Basket </strong>
            {describeBasket(basket.items, rows, itemKey)}
            {isLoading ? "" : `, ${formatBytes(sumBytes(rows.values()))}`}
          </p>
          <div className="ml-auto flex shrink-0 items-center gap-2">
            <Button className="border-transparent max-sm:hidden" onClick={basket.empty}>
              Empty
            </Button>
            <Button look="solid" onClick={() => goTo({ kind: "basket" })}>
              Review and restore
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
