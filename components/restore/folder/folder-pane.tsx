import { useRef, useState } from "react";
import { EmptyState } from "../../ui/empty-state.tsx";
import { itemOfRow, useBasket } from "../basket/basket-context.tsx";
import { LoadingLine } from "../frame/loading-line.tsx";
import { routeOfEntry, type SourceRoute } from "../route/route.ts";
import { goTo } from "../route/use-route.ts";
import type { FolderRow, SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { FaultNote } from "../vault/fault-note.tsx";
import { FolderBar } from "./folder-bar.tsx";
import { FolderTable } from "./folder-table.tsx";
import type { OpenedFolder } from "./use-folder.ts";

/** What lies in a folder, how much it is, and what changed since the snapshot before. */
export function FolderPane(props: {
  readonly route: SourceRoute;
  readonly folder: OpenedFolder;
  readonly notice: string | null;
  readonly points: readonly SnapshotPoint[];
}) {
  const { route, folder } = props;
  const [isGoneShown, setIsGoneShown] = useState(true);
  const basket = useBasket();
  /** The grid of the next folder takes the focus that the one before had. */
  const wantsFocus = useRef(false);
  const cameFrom = useRef<number | null>(null);
  const { view } = folder;
  if (folder.fault !== null) {
    return <FaultNote title="This folder could not be opened." fault={folder.fault} onRetry={folder.retry} />;
  }
  if (view === null) return <LoadingLine label="Opening the folder" />;
  const snapshotId = route.snapshotId ?? "";
  const itemOf = (row: FolderRow) => itemOfRow({ ...route, snapshotId }, row, view.comparedWith);
  const hasGone = view.total > view.entries;
  // What is gone can only be left out of rows that are all here.
  const shown = hasGone && !isGoneShown && folder.isWhole ? folder.rows.filter((row) => row?.change !== "gone") : null;
  const open = (row: FolderRow) => {
    const { snapshotId: inSnapshot, steps } = itemOf(row);
    const isFolder = row.type === "folder";
    wantsFocus.current = isFolder;
    cameFrom.current = null;
    goTo(routeOfEntry(route, { snapshotId: inSnapshot, steps, isFolder }));
  };
  const goUp = () => {
    const last = route.steps.at(-1);
    if (last === undefined) return;
    wantsFocus.current = true;
    cameFrom.current = last;
    goTo({ ...route, steps: route.steps.slice(0, -1), document: null });
  };
  const rows = shown ?? folder.rows;
  const start = route.document ?? cameFrom.current;
  return (
    <>
      <FolderBar
        view={view}
        route={route}
        points={props.points}
        isGoneShown={hasGone ? isGoneShown : null}
        onShowGone={setIsGoneShown}
      />
      {props.notice === null ? null : (
        <p role="status" className="mx-4 mb-2 rounded-control bg-late-soft px-3 py-2 text-small text-late">
          {props.notice}
        </p>
      )}
      {folder.isCurrent ? null : <LoadingLine label="Opening the folder" />}
      {view.total === 0 ? (
        <EmptyState title="This folder is empty">
          <p>It was empty when the snapshot was taken, and so was it in the one before.</p>
        </EmptyState>
      ) : (
        <FolderTable
          key={`${view.place.steps.join(".")} ${view.comparedWith}`}
          label="Entries of this folder"
          count={rows.length}
          rowAt={(index) => rows[index]}
          onNeed={folder.need}
          isShown={(row) => route.document !== null && row.change !== "gone" && row.steps.at(-1) === route.document}
          isInBasket={(row) => basket.has(itemOf(row))}
          onOpen={open}
          onToggle={(row) => basket.toggle(itemOf(row))}
          onParent={goUp}
          wantsFocus={wantsFocus}
          startIndex={rows.findIndex((row) => row !== undefined && row.change !== "gone" && row.steps.at(-1) === start)}
        />
      )}
    </>
  );
}
