/** What Next gives to a page: the variable parts of its address, and the query. */
export interface PageInput<Params extends string = never> {
  readonly params: Promise<Readonly<Record<Params, string>>>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}
