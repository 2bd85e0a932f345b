import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { FolderLine } from "./folder-row.tsx";
import { FolderHead, SealedLine } from "./sealed-table.tsx";
import { type FolderTableProps, useGridKeys } from "./use-grid-keys.ts";

const ROW_PX = 33;
const TOUCH_ROW_PX = 48;
const OVERSCAN = 12;
const PHONE = matchMedia("(max-width: 599px)");

function listenToWidth(changed: () => void): () => void {
  PHONE.addEventListener("change", changed);
  return () => PHONE.removeEventListener("change", changed);
}

/** A grid with one tab stop; only the rows in sight, and the one with the cursor, exist. */
export function FolderTable(props: FolderTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isPhone = useSyncExternalStore(listenToWidth, () => PHONE.matches);
  const rowPx = isPhone ? TOUCH_ROW_PX : ROW_PX;
  const keys = useGridKeys(props, scroller);
  const virtual = useVirtualizer({
    count: props.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    initialOffset: Math.max(0, props.startIndex - 4) * rowPx,
    // The row with the cursor stays, or the focus would fall out of the document while one scrolls.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan);
      const last = Math.min(count - 1, endIndex + overscan);
      const shown = Array.from({ length: last - first + 1 }, (_, at) => first + at);
      return keys.cursor < first ? [keys.cursor, ...shown] : keys.cursor > last ? [...shown, keys.cursor] : shown;
    },
  });
  const items = virtual.getVirtualItems().filter(({ index }) => index < props.count);
  const from = items[0]?.index ?? 0;
  const to = items.at(-1)?.index ?? 0;
  const { onNeed } = props;
  useEffect(() => onNeed(from, to), [onNeed, from, to]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turned phone has rows of another height
  useEffect(() => virtual.measure(), [rowPx]);
  keys.scrollTo.current = (index) => virtual.scrollToIndex(index, { align: "auto" });
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={props.count + 1}
      tabIndex={-1}
      onKeyDown={keys.onKeyDown}
      className="min-h-0 flex-1 overflow-y-auto outline-none"
    >
      <FolderHead />
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, size }) => {
          const row = props.rowAt(index);
          return (
            <div
              role="presentation"
              key={index}
              className="absolute inset-x-0 top-0"
              style={{ height: size, transform: `translateY(${start}px)` }}
            >
              {row === undefined ? (
                <SealedLine index={index} />
              ) : (
                <FolderLine
                  row={row}
                  index={index}
                  isStop={index === keys.cursor}
                  isShown={props.isShown(row)}
                  isInBasket={props.isInBasket(row)}
                  onOpen={() => props.onOpen(row)}
                  onToggle={() => props.onToggle(row)}
                  onFocus={() => keys.setCursor(index)}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
