/** Address of the page of rows behind this one; null when there is none. */
export function nextHref(path: string, nextCursor: string | null): string | null {
  return nextCursor === null ? null : `${path}?cursor=${encodeURIComponent(nextCursor)}`;
}

/** The cursor in an address; anything but one text counts as the first page. */
export function cursorOf(search: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  return typeof search.cursor === "string" && search.cursor !== "" ? search.cursor : undefined;
}
