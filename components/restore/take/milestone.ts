const STEPS = [75, 50, 25] as const;

/** What is worth saying aloud: 25, 50 and 75 per cent, and the end. Null before the first. */
export function milestoneOf(percent: number, isEnded: boolean): number | null {
  if (isEnded) return 100;
  return STEPS.find((step) => percent >= step) ?? null;
}
