/** What a list shows, as its address says it: order, search, filters, and which page. Plain data, so that pages hand it to the browser. */
export interface ListState<Sort extends string = string, Filter extends string = string> {
  /** `/companies` */
  readonly path: string;
  /** Name of the filter in the address: `state`, `kind`. */
  readonly filterName: string;
  /** In this order when the address names none, going up. */
  readonly defaultSort: Sort;
  readonly sort: Sort;
  readonly isDescending: boolean;
  readonly search: string;
  readonly filters: readonly Filter[];
  /** Where this page begins; undefined on the first one. */
  readonly cursor: string | undefined;
}

/** What a list can be asked for; the first sort is the one that needs no word in the address. */
export interface ListOptions<Sort extends string, Filter extends string> {
  readonly sorts: readonly [Sort, ...Sort[]];
  readonly filterName?: string;
  readonly filters: readonly Filter[];
}

type Search = Readonly<Record<string, string | string[] | undefined>>;

/** Longer ones are refused by the API, and nobody types them. */
const SEARCH_MAX_LENGTH = 254;

/** Reads an address; what it says that the list does not know counts as absent, so that an old link still shows the list. */
export function readListState<Sort extends string, Filter extends string>(
  path: string,
  search: Search,
  { sorts, filterName = "state", filters }: ListOptions<Sort, Filter>,
): ListState<Sort, Filter> {
  const asked = new Set(textsOf(search[filterName]));
  const [cursor] = textsOf(search.cursor);
  const [sort] = textsOf(search.sort);
  return {
    path,
    filterName,
    defaultSort: sorts[0],
    sort: sorts.find((known) => known === sort) ?? sorts[0],
    isDescending: textsOf(search.order)[0] === "desc",
    search: (textsOf(search.q)[0] ?? "")
      .replaceAll(/\p{Cc}/gu, " ")
      .trim()
      .slice(0, SEARCH_MAX_LENGTH),
    filters: filters.filter((filter) => asked.has(filter)),
    cursor: cursor === "" ? undefined : cursor,
  };
}

function textsOf(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

type Change = Partial<Pick<ListState, "sort" | "isDescending" | "search" | "filters" | "cursor">>;

/** The address of the list after a change; every change but a cursor begins at the first page. */
export function listHref(state: ListState, change: Change): string {
  const query = new URLSearchParams(listFields({ ...state, cursor: undefined, ...change })).toString();
  return query === "" ? state.path : `${state.path}?${query}`;
}

/** The address of the rows behind these; null when there are none. */
export function nextPageHref(state: ListState, nextCursor: string | null): string | null {
  return nextCursor === null ? null : listHref(state, { cursor: nextCursor });
}

/** The words of an address, in one order, so that the same list has one address. */
export function listFields(state: ListState): [name: string, value: string][] {
  const { sort, isDescending, search, filters, filterName, defaultSort, cursor } = state;
  return [
    ...(sort === defaultSort ? [] : [["sort", sort] as [string, string]]),
    ...(isDescending ? [["order", "desc"] as [string, string]] : []),
    ...(search === "" ? [] : [["q", search] as [string, string]]),
    ...filters.map((filter): [string, string] => [filterName, filter]),
    ...(cursor === undefined ? [] : [["cursor", cursor] as [string, string]]),
  ];
}

/** A filter on or off; the rest stays as it is. */
export function toggleFilter(state: ListState, filter: string): string {
  const { filters } = state;
  const next = filters.includes(filter) ? filters.filter((each) => each !== filter) : [...filters, filter];
  return listHref(state, { filters: next });
}

/** Part of the input of every ordered list of the API. */
export function toListInput<Sort extends string>(state: ListState<Sort>) {
  const { sort, isDescending, search, cursor } = state;
  return { sort, isDescending, ...(search !== "" && { search }), ...(cursor !== undefined && { cursor }) };
}

/** Whether rows may stand elsewhere although none stands here. */
export function isPart(state: ListState): boolean {
  return isNarrowed(state) || state.cursor !== undefined;
}

/** Whether search or filters leave something out. */
export function isNarrowed(state: ListState): boolean {
  return state.search !== "" || state.filters.length > 0;
}
