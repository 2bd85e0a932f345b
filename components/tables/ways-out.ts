import { isNarrowed, type ListState, listHref } from "./list-state.ts";

/** A part of the question that can be dropped, after which there are rows. */
export interface WayOut {
  readonly word: string;
  readonly href: string;
}

/** For an empty list: which part of the question alone leaves nothing over. `hasRows` asks for a single row. */
export async function findWaysOut<State extends ListState>(
  state: State,
  rows: readonly unknown[],
  hasRows: (narrower: State) => Promise<boolean>,
): Promise<readonly WayOut[]> {
  if (rows.length > 0 || !isNarrowed(state)) return [];
  const first = { ...state, cursor: undefined };
  const candidates = [
    { word: `Drop the search for “${state.search}”`, state: { ...first, search: "" }, isOne: state.search !== "" },
    {
      word: state.filters.length === 1 ? "Drop the filter" : "Drop the filters",
      state: { ...first, filters: [] },
      isOne: state.filters.length > 0,
    },
  ].filter((candidate) => candidate.isOne);
  const ways: WayOut[] = [];
  for (const candidate of candidates) {
    if (await hasRows(candidate.state)) ways.push({ word: candidate.word, href: listHref(candidate.state, {}) });
  }
  return ways;
}
