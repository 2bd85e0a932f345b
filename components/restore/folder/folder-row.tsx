import { Bytes } from "../../format/bytes.tsx";
import { formatCount } from "../../format/format-bytes.ts";
import { Moment } from "../../format/moment.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import { KIND_ICON, kindWord } from "./row-words.ts";

export const COLUMNS =
  "grid grid-cols-[40px_minmax(0,1fr)_88px_88px_150px] items-center max-sm:grid-cols-[44px_minmax(0,1fr)_auto]";

const CHANGE = {
  new: { sign: "+", word: "new", look: "text-ink-2" },
  changed: { sign: "△", word: "changed", look: "text-ink-2" },
  gone: { sign: "−", word: "gone", look: "text-fail" },
} as const;

export interface FolderLineProps {
  readonly row: FolderRow;
  readonly index: number;
  readonly isStop: boolean;
  readonly isShown: boolean;
  readonly isInBasket: boolean;
  readonly onOpen: () => void;
  readonly onToggle: () => void;
  readonly onFocus: () => void;
}

/** One entry. The row itself takes the focus; its checkbox is for whoever points. */
export function FolderLine(props: FolderLineProps) {
  const { row, isShown } = props;
  const isFolder = row.type === "folder";
  const word = kindWord(row);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it handles the keys of all its rows
    <div
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={isShown}
      tabIndex={props.isStop ? 0 : -1}
      data-index={props.index}
      onClick={props.onOpen}
      onFocus={props.onFocus}
      className={`${COLUMNS} h-full cursor-pointer border-b border-line px-4 text-label outline-offset-[-2px] max-sm:px-2 ${isShown ? "bg-accent-soft" : "hover:bg-hover"} ${row.change === "gone" ? "text-ink-3" : ""}`}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only keeps a click beside the box from opening the row */}
      <span
        role="gridcell"
        tabIndex={-1}
        onClick={(event) => event.stopPropagation()}
        className="flex h-full items-center"
      >
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`In the basket: ${row.name}`}
          checked={props.isInBasket}
          onChange={props.onToggle}
          className="size-4 accent-accent-solid max-sm:size-6"
        />
      </span>
      <span role="gridcell" className="flex min-w-0 items-center gap-2">
        <span className={isShown ? "text-accent" : "text-ink-2"}>
          <Icon name={KIND_ICON[row.type]} />
        </span>
        <span className={`truncate ${isFolder ? "font-[560]" : ""}`}>{row.name}</span>
        {word === null ? null : <span className="shrink-0 text-small text-ink-3">{word}</span>}
        {row.target === null ? null : <span className="truncate text-small text-ink-3">to {row.target}</span>}
      </span>
      <Change change={row.change} />
      <span role="gridcell" className="text-right text-ink-2">
        {isFolder ? (
          <span className="text-ink-3">{formatCount(row.entriesBelow)} inside</span>
        ) : row.type === "file" ? (
          <Bytes bytes={row.sizeBytes} />
        ) : null}
      </span>
      <span role="gridcell" className="pl-5 text-ink-2 max-sm:hidden">
        <Moment at={new Date(row.modifiedAtMs)} />
      </span>
    </div>
  );
}

function Change({ change }: { readonly change: FolderRow["change"] }) {
  const shown = change === null ? null : CHANGE[change];
  return (
    <span role="gridcell" className={`text-small max-sm:hidden ${shown?.look ?? ""}`}>
      {shown === null ? null : (
        <>
          <span aria-hidden="true">{shown.sign}</span> {shown.word}
        </>
      )}
    </span>
  );
}
