import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";

const PAGE = 15;

export interface FolderTableProps {
  readonly label: string;
  readonly count: number;
  readonly rowAt: (index: number) => FolderRow | undefined;
  readonly onNeed: (from: number, to: number) => void;
  readonly isShown: (row: FolderRow) => boolean;
  readonly isInBasket: (row: FolderRow) => boolean;
  readonly onOpen: (row: FolderRow) => void;
  readonly onToggle: (row: FolderRow) => void;
  readonly onParent: () => void;
  /** Which row has the cursor when the folder opens: the document shown, or the folder one came from. */
  readonly startIndex: number;
  /** True when this grid shall take the focus as it appears. */
  readonly wantsFocus: RefObject<boolean>;
}

interface GridKeys {
  /** Index of the row that has the tab stop. */
  readonly cursor: number;
  setCursor(index: number): void;
  onKeyDown(event: KeyboardEvent): void;
  /** Set by the grid: how to bring a row into sight. */
  readonly scrollTo: RefObject<(index: number) => void>;
}

/** The cursor of a grid whose rows come and go: where it is, and where a key takes it. */
export function useGridKeys(props: FolderTableProps, scroller: RefObject<HTMLElement | null>): GridKeys {
  const [wanted, setCursor] = useState(Math.max(0, props.startIndex));
  const cursor = Math.min(wanted, Math.max(0, props.count - 1));
  const scrollTo = useRef<(index: number) => void>(() => undefined);
  const isMoving = useRef<boolean | null>(null);

  // The row may only exist after it was scrolled to, so it takes the focus once it is drawn.
  useEffect(() => {
    // As it appears it also takes a focus that fell out of the document, with what was found or with the unlock form.
    isMoving.current ??= props.wantsFocus.current || document.activeElement === document.body;
    if (!isMoving.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[role=row][data-index="${cursor}"]`);
    if (row === null || row === undefined) return;
    isMoving.current = false;
    props.wantsFocus.current = false;
    row.focus({ preventScroll: true });
  });

  const moveTo = (index: number) => {
    const next = Math.min(props.count - 1, Math.max(0, index));
    isMoving.current = true;
    setCursor(next);
    scrollTo.current(next);
    if (next === cursor) scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isUp = event.key === "Backspace" || (event.altKey && event.key === "ArrowUp");
    if (isUp) {
      event.preventDefault();
      props.onParent();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: cursor + 1,
      j: cursor + 1,
      ArrowUp: cursor - 1,
      k: cursor - 1,
      PageDown: cursor + PAGE,
      PageUp: cursor - PAGE,
      Home: 0,
      End: props.count - 1,
    };
    const to = moves[event.key];
    const row = props.rowAt(cursor);
    if (to !== undefined) moveTo(to);
    else if (event.key === "Enter" && row !== undefined) props.onOpen(row);
    else if (event.key === " " && row !== undefined) props.onToggle(row);
    else return;
    event.preventDefault();
  };
  return { cursor, setCursor, onKeyDown, scrollTo };
}
