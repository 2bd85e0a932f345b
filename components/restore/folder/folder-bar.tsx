import { Bytes } from "../../format/bytes.tsx";
import { formatMoment } from "../../format/format-moment.ts";
import { useReader } from "../../format/reader-context.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useBasket } from "../basket/basket-context.tsx";
import type { SourceRoute } from "../route/route.ts";
import type { FolderView, SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { itemsWord } from "./row-words.ts";

/** How much lies here, what it was compared with, and the whole folder for the basket. */
export function FolderBar(props: {
  readonly view: FolderView;
  readonly route: SourceRoute;
  readonly points: readonly SnapshotPoint[];
  /** Null when nothing is gone. */
  readonly isGoneShown: boolean | null;
  readonly onShowGone: (isShown: boolean) => void;
}) {
  const { view, route } = props;
  const { timeZone, nowMs } = useReader();
  const basket = useBasket();
  const { machineId, sourceId } = route;
  const item = { machineId, sourceId, snapshotId: route.snapshotId ?? "", steps: view.place.steps };
  const isIn = basket.has(item);
  const before = props.points.find(({ snapshotId }) => snapshotId === view.comparedWith);
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1">
      <h2 className="text-title font-semibold">{itemsWord(view.entries)}</h2>
      <p className="text-small text-ink-3">
        <Bytes bytes={view.bytes} /> with subfolders
        {before === undefined
          ? ""
          : `, compared with ${formatMoment(new Date(before.receivedAtMs), timeZone, new Date(nowMs))}`}
        {view.isSorted ? "" : ", in the order in which it is stored: it is too large to be sorted here"}
      </p>
      <div className="ml-auto flex items-center gap-3 max-sm:ml-0">
        {props.isGoneShown === null ? null : (
          <label className="flex min-h-8 items-center gap-2 text-small">
            <input
              type="checkbox"
              className="size-4 accent-accent-solid"
              checked={props.isGoneShown}
              onChange={({ currentTarget }) => props.onShowGone(currentTarget.checked)}
            />
            Show what is gone
          </label>
        )}
        <Button className="h-[26px]" aria-pressed={isIn} onClick={() => basket.toggle(item)}>
          <Icon name={isIn ? "check" : "basket"} sizePx={14} />
          {isIn ? "Folder in basket" : "Whole folder"}
        </Button>
      </div>
    </div>
  );
}
