import { BY_NAME } from "../tables/sort-words.ts";

/** How the list of watermarks can be asked for. */
export const WATERMARK_LIST = { sorts: ["behind", "name", "commits"], filters: [] } as const;

export const WATERMARK_SORT_WORDS = {
  behind: ["furthest behind first", "furthest behind last"],
  name: BY_NAME,
  commits: ["fewest commits first", "most commits first"],
} as const;
