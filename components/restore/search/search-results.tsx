import { type KeyboardEvent, useRef } from "react";
import { Bytes } from "../../format/bytes.tsx";
import { Moment } from "../../format/moment.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { KIND_ICON } from "../folder/row-words.ts";
import type { MachinePlace, SearchHit } from "../runtime/protocol/reading-calls.ts";
import { FaultNote } from "../vault/fault-note.tsx";
import { useSearch } from "./search-context.tsx";
import { focusSearch } from "./search-field.tsx";
import { searchHeadline, searchNote } from "./search-headline.ts";
import { useOpenHit } from "./use-open-hit.ts";

/** More at once help nobody to find one; the headline says that there are more. */
const MAX_SHOWN = 300;

/** Documents, not snapshots: each once, with where it lay and when it was last seen. */
export function SearchResults(props: {
  readonly places: readonly MachinePlace[];
  readonly names: Readonly<Record<string, string>>;
}) {
  const { text, hits, progress, fault } = useSearch();
  const { refusal, open } = useOpenHit();
  const list = useRef<HTMLUListElement>(null);
  if (fault !== null) return <FaultNote title="The search ended." fault={fault} />;
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const lines = [...(list.current?.querySelectorAll<HTMLElement>("[data-hit]") ?? [])];
    const at = lines.indexOf(event.target as HTMLElement) + step;
    if (at < 0) focusSearch();
    else lines[at]?.focus();
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 px-4 py-3">
        <h1 className="text-title font-semibold">{searchHeadline(text, hits.length, progress)}</h1>
        <p role="status" className="text-small text-ink-3">
          {searchNote(progress)}
        </p>
      </div>
      {refusal === null ? null : (
        <p role="alert" className="mx-4 mb-2 rounded-control bg-late-soft px-3 py-2 text-small text-late">
          {refusal}
        </p>
      )}
      {progress?.problems.map((problem) => (
        <p key={problem} role="alert" className="mx-4 mb-2 rounded-control bg-late-soft px-3 py-2 text-small text-late">
          {problem}
        </p>
      ))}
      {hits.length === 0 && progress?.isDone ? (
        <EmptyState title="Nothing found">
          <p>Part of a name is enough, without regard to case and accents. A slash looks in folders, too.</p>
        </EmptyState>
      ) : null}
      <ul ref={list} onKeyDown={move} aria-label="Documents found" className="min-h-0 flex-1 overflow-y-auto">
        {hits.slice(0, MAX_SHOWN).map((hit) => (
          <li key={`${hit.sourceId} ${hit.path}`} className="border-b border-line first:border-t">
            <HitLine hit={hit} where={whereOf(hit, props)} onOpen={() => void open(hit)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function HitLine(props: { readonly hit: SearchHit; readonly where: string; readonly onOpen: () => void }) {
  const { hit } = props;
  return (
    <button
      type="button"
      data-hit
      onClick={props.onOpen}
      className="grid min-h-[52px] w-full grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2 text-left outline-offset-[-2px] hover:bg-hover"
    >
      <span className="text-ink-2">
        <Icon name={KIND_ICON[hit.type]} />
      </span>
      <span className="min-w-0">
        <span className="block truncate font-[560]">{hit.name}</span>
        <span className="block truncate text-small text-ink-3">{props.where}</span>
      </span>
      <span className="text-right text-small text-ink-2">
        {hit.type === "file" ? <Bytes bytes={hit.sizeBytes} /> : null}
        <span className={`block ${hit.goneSinceMs === null ? "text-ink-3" : "text-fail"}`}>
          {hit.goneSinceMs === null ? (
            <>
              saved <Moment at={new Date(hit.modifiedAtMs)} />
            </>
          ) : (
            <>
              gone since <Moment at={new Date(hit.goneSinceMs)} />
            </>
          )}
        </span>
      </span>
    </button>
  );
}

function whereOf(hit: SearchHit, props: Parameters<typeof SearchResults>[0]): string {
  const machine = props.places.find((place) => place.machine.machineId === hit.machineId)?.machine.name ?? "";
  return [machine, props.names[hit.sourceId] ?? "", ...hit.folders].filter((word) => word !== "").join(" / ");
}
