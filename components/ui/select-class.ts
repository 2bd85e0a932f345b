/** The look of a choice among a few, as wide as what it stands in. */
export const SELECT_CLASS =
  "h-9 w-full rounded-control border border-control bg-surface px-3 text-label text-ink max-sm:h-11";
