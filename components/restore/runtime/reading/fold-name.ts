/** Accents and the like, once they stand apart from their letters. */
const MARKS = /\p{M}/gu;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** A name without regard to case and accents: for search, and to sort by. */
export function foldName(readable: string): string {
  const lower = readable.toLowerCase();
  return BEYOND_ASCII.test(lower) ? lower.normalize("NFD").replace(MARKS, "") : lower;
}
