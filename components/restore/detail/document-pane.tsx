import { Bytes } from "../../format/bytes.tsx";
import { Moment } from "../../format/moment.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useBasket } from "../basket/basket-context.tsx";
import { itemKey } from "../basket/basket-item.ts";
import { kindWord } from "../folder/row-words.ts";
import { LoadingLine } from "../frame/loading-line.tsx";
import type { DocumentVersion, FolderRow, SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { basketCommands } from "../take/command-lines.ts";
import { useTaking } from "../take/take-context.tsx";
import { zoneWords } from "../timeline/describe-snapshot.ts";
import { FaultNote } from "../vault/fault-note.tsx";
import { DocumentPreview } from "./document-preview.tsx";
import type { DocumentPlace, OpenedDocument } from "./use-document.ts";
import { VersionsList } from "./versions-list.tsx";

export interface DocumentPaneProps {
  readonly place: DocumentPlace;
  readonly document: OpenedDocument;
  readonly point: SnapshotPoint | null;
  readonly onGo: (version: DocumentVersion) => void;
  readonly onClose: () => void;
}

/** One document: what it looks like, what it is, and its other times. */
export function DocumentPane(props: DocumentPaneProps) {
  const { row } = props.document;
  if (row.fault !== null) {
    return <FaultNote title="This document could not be read." fault={row.fault} onRetry={row.retry} />;
  }
  const shown = row.isCurrent ? row.value : undefined;
  if (shown === undefined) return <LoadingLine label="Reading where it lies" />;
  if (shown === null) return <p className="p-4 text-ink-2">This document is not in this snapshot.</p>;
  return (
    <>
      {shown.type === "file" ? (
        <div className="border-b border-line p-4 max-sm:px-3">
          <DocumentPreview asked={props.document.preview} />
        </div>
      ) : null}
      <Facts {...props} row={shown} />
      <VersionsList asked={props.document.versions} shownAtMs={props.point?.receivedAtMs ?? 0} onGo={props.onGo} />
    </>
  );
}

function Facts(props: DocumentPaneProps & { readonly row: FolderRow }) {
  const { row, place, point } = props;
  const basket = useBasket();
  const isIn = basket.has(place);
  const { ask } = useTaking();
  const { snapshotId, steps } = place;
  const take = () =>
    ask({
      scope: { kind: "basket", items: [{ snapshotId, steps }] },
      commands: basketCommands([place], new Map([[itemKey(place), row]])),
    });
  const word = kindWord(row);
  return (
    <section aria-labelledby="document-name" className="px-4 pt-3">
      <div className="flex items-start justify-between gap-2">
        <h2 id="document-name" tabIndex={-1} className="min-w-0 text-title font-semibold break-words outline-none">
          {row.name}
        </h2>
        <button
          type="button"
          aria-label="Close the document"
          onClick={props.onClose}
          className="-mt-1 grid size-[30px] shrink-0 place-items-center rounded-nav text-ink-2 hover:bg-hover max-sm:size-11"
        >
          <Icon name="close" sizePx={14} />
        </button>
      </div>
      <p className="text-small text-ink-2">
        {row.type === "file" ? (
          <>
            <Bytes bytes={row.sizeBytes} />, saved <Moment at={new Date(row.modifiedAtMs)} />
            {point === null ? "" : `, in ${zoneWords(point)}`}
          </>
        ) : null}
        {word === null ? null : row.type === "file" ? `, ${word}` : `A ${word}`}
        {row.target === null ? null : ` to ${row.target}`}
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button look="solid" onClick={take}>
          <Icon name="download" sizePx={14} />
          Download
        </Button>
        <Button aria-pressed={isIn} onClick={() => basket.toggle(place)}>
          <Icon name={isIn ? "check" : "basket"} sizePx={14} />
          {isIn ? "In basket" : "Into the basket"}
        </Button>
      </div>
    </section>
  );
}
