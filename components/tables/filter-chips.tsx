"use client";

import type { Status } from "../status/status.ts";
import { StatusShape } from "../status/status-mark.tsx";
import { ListLink } from "./list-navigation.tsx";
import { type ListState, listHref, toggleFilter } from "./list-state.ts";

/** One value that a list can be narrowed to. */
export interface FilterChoice {
  readonly value: string;
  readonly word: string;
  readonly status?: Status;
}

interface FilterChipsProps {
  readonly state: ListState;
  /** "State" */
  readonly title: string;
  readonly choices: readonly FilterChoice[];
}

/** The values of one filter side by side; a chosen one shows how it is removed. */
export function FilterChips({ state, title, choices }: FilterChipsProps) {
  const others = state.filters.filter((filter) => choices.every(({ value }) => value !== filter));
  return (
    <nav aria-label={`Filter by ${title.toLowerCase()}`} className="flex flex-wrap items-center gap-[6px]">
      <span className="me-1 text-small text-ink-3">{title}</span>
      {choices.map((choice) => (
        <Chip key={choice.value} state={state} title={title} choice={choice} />
      ))}
      {state.filters.length - others.length < 2 ? null : (
        <ListLink
          href={listHref(state, { filters: others })}
          className="flex h-[26px] items-center rounded-control px-2 text-small font-[560] text-accent hover:underline max-sm:h-11"
        >
          Remove all
        </ListLink>
      )}
    </nav>
  );
}

function Chip({ state, title, choice }: { state: ListState; title: string; choice: FilterChoice }) {
  const { value, word, status } = choice;
  const isChosen = state.filters.includes(value);
  const look = isChosen
    ? "border-accent-line bg-accent-soft text-ink font-[560]"
    : "border-line-2 text-ink-2 hover:bg-hover";
  return (
    <ListLink
      href={toggleFilter(state, value)}
      isCurrent={isChosen}
      label={isChosen ? `Remove the filter ${title}: ${word}` : `Show ${title}: ${word}`}
      className={`flex h-[26px] items-center gap-[6px] rounded-control border px-2 text-small max-sm:h-11 max-sm:px-3 ${look}`}
    >
      {status === undefined ? null : <StatusShape shape={status.shape} tone={status.tone} sizePx={12} isStill />}
      {word}
      {isChosen ? <span aria-hidden="true">×</span> : null}
    </ListLink>
  );
}
