import type { Page } from "../../../contracts/fields.ts";

/** All rows of a paged list, fetched page by page as they are used. */
export async function* listPages<Row>(
  fetchPage: (cursor: string | undefined) => Promise<Page<Row>>,
): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    yield* page.rows;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
