"use client";

import type { ReactNode } from "react";
import { Card } from "../ui/card.tsx";
import { FilterChips, type FilterChoice } from "./filter-chips.tsx";
import { ListNavigationProvider } from "./list-navigation.tsx";
import type { ListState } from "./list-state.ts";
import { PendingBar } from "./pending-bar.tsx";
import { SearchField } from "./search-field.tsx";
import type { SortWords } from "./sort-words.ts";

interface ListCardProps<Sort extends string> {
  readonly title: string;
  readonly state: ListState<Sort>;
  /** What the order means in words, for each column. */
  readonly sortWords: SortWords<Sort>;
  readonly searchLabel: string;
  readonly filters?: readonly { readonly title: string; readonly choices: readonly FilterChoice[] }[];
  readonly children: ReactNode;
}

/** A list of which more can be asked: its title states the order; search and filters stand below it, then the table. */
export function ListCard<Sort extends string>(props: ListCardProps<Sort>) {
  const { state, filters = [] } = props;
  return (
    <ListNavigationProvider>
      <Card title={props.title} note={props.sortWords[state.sort][state.isDescending ? 1 : 0]}>
        <PendingBar />
        <search className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-2">
          <SearchField state={state} label={props.searchLabel} />
          {filters.map(({ title, choices }) => (
            <FilterChips key={title} state={state} title={title} choices={choices} />
          ))}
        </search>
        {props.children}
      </Card>
    </ListNavigationProvider>
  );
}
