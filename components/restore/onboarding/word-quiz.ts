/** Draws `count` different positions of `total`, ascending. `below` draws evenly from 0 to its argument, which is left out. */
export function drawPositions(total: number, count: number, below: (limit: number) => number): number[] {
  const left = Array.from({ length: total }, (_, position) => position);
  const drawn: number[] = [];
  while (drawn.length < Math.min(count, total)) drawn.push(...left.splice(below(left.length), 1));
  return drawn.sort((a, b) => a - b);
}

/** The asked positions whose answer is not the word that stands there; case and spaces around do not count. */
export function findWrongWords(
  words: readonly string[],
  positions: readonly number[],
  answers: readonly string[],
): number[] {
  return positions.filter((position, at) => normalise(answers[at] ?? "") !== normalise(words[position] ?? ""));
}

function normalise(word: string): string {
  return word.normalize("NFKC").trim().toLowerCase();
}

/** Even, from the browser's own randomness: a remainder alone would favour small numbers. */
export function drawBelow(limit: number): number {
  const RANGE = 0x1_0000_0000;
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
  return drawn < RANGE - (RANGE % limit) ? drawn % limit : drawBelow(limit);
}
