import { Bytes } from "../../format/bytes.tsx";
import { formatBytes } from "../../format/format-bytes.ts";
import { Moment } from "../../format/moment.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { KIND_ICON } from "../folder/row-words.ts";
import { PageBody } from "../frame/page-body.tsx";
import { formatRoute, routeOfEntry } from "../route/route.ts";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import { basketCommands } from "../take/command-lines.ts";
import { useTaking } from "../take/take-context.tsx";
import { useBasket } from "./basket-context.tsx";
import { type BasketItem, itemKey } from "./basket-item.ts";
import { describeBasket, plural, sumBytes } from "./describe-basket.ts";
import { type BasketGroup, useBasketGroups } from "./use-basket-groups.ts";
import { useBasketRows } from "./use-basket-rows.ts";

/** What was chosen, by machine and snapshot, before it is restored. */
export function BasketScreen() {
  return (
    <PageBody
      crumbs={[
        { word: "Restore", href: "#/" },
        { word: "Basket", href: null },
      ]}
    >
      <Review />
    </PageBody>
  );
}

function Review() {
  const basket = useBasket();
  const { rows, isLoading } = useBasketRows();
  const groups = useBasketGroups(basket.items);
  const { ask } = useTaking();
  const restore = () =>
    ask({
      scope: { kind: "basket", items: basket.items.map(({ snapshotId, steps }) => ({ snapshotId, steps })) },
      commands: basketCommands(basket.items, rows),
    });
  if (basket.items.length === 0) {
    return (
      <>
        <PageHead headline="The basket is empty." />
        <Card>
          <EmptyState title="Nothing is chosen yet">
            <p>
              Open a folder and tick what you need, of any machine and any time.{" "}
              <a href="#/" className="font-[560] text-accent underline underline-offset-2">
                Go to the company
              </a>
            </p>
          </EmptyState>
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHead
        headline={`${describeBasket(basket.items, rows, itemKey)} in the basket.`}
        proof={
          isLoading
            ? "Reading names and sizes."
            : `${formatBytes(sumBytes(rows.values()))}. Every byte is checked on arrival.`
        }
        actions={
          <>
            <Button size="large" onClick={basket.empty}>
              Empty
            </Button>
            <Button look="solid" size="large" disabled={isLoading} onClick={restore}>
              Restore
            </Button>
          </>
        }
      />
      {groups.map((group) => (
        <GroupCard key={group.key} group={group} rows={rows} isLoading={isLoading} />
      ))}
    </>
  );
}

function GroupCard(props: {
  readonly group: BasketGroup;
  readonly rows: ReadonlyMap<string, FolderRow>;
  readonly isLoading: boolean;
}) {
  const { group } = props;
  const basket = useBasket();
  return (
    <Card
      title={`${group.machineName}, ${group.sourceName}`}
      note={plural(group.items.length, "entry").replace("entrys", "entries")}
      aside={group.receivedAtMs === null ? undefined : <Moment at={new Date(group.receivedAtMs)} />}
    >
      <ul className="border-t border-line">
        {group.items.map((item) => (
          <ItemLine
            key={itemKey(item)}
            item={item}
            row={props.rows.get(itemKey(item))}
            isLoading={props.isLoading}
            onRemove={() => basket.toggle(item)}
          />
        ))}
      </ul>
    </Card>
  );
}

function ItemLine(props: {
  readonly item: BasketItem;
  readonly row: FolderRow | undefined;
  readonly isLoading: boolean;
  readonly onRemove: () => void;
}) {
  const { item, row } = props;
  const isRoot = item.steps.length === 0;
  const name = isRoot
    ? "All of it"
    : (row?.name ?? (props.isLoading ? "Reading its name" : "Not in this snapshot any more"));
  return (
    <li className="flex min-h-10 items-center gap-3 border-b border-line px-4 last:border-b-0">
      <Icon name={KIND_ICON[row?.type ?? (isRoot ? "folder" : "file")]} />
      <a
        className="min-w-0 truncate rounded-key hover:text-accent hover:underline"
        href={formatRoute(routeOfEntry(item, { ...item, isFolder: isRoot || row?.type === "folder" }))}
      >
        {name}
      </a>
      <span className="ml-auto text-ink-2">{row === undefined ? null : <Bytes bytes={row.sizeBytes} />}</span>
      <button
        type="button"
        aria-label={`Take out of the basket: ${name}`}
        onClick={props.onRemove}
        className="grid size-[30px] place-items-center rounded-nav text-ink-2 hover:bg-hover max-sm:size-11"
      >
        <Icon name="close" sizePx={14} />
      </button>
    </li>
  );
}
