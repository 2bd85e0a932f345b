/** Words with their numbers, in reading order. */
export function WordGrid({ words, label }: { readonly words: readonly string[]; readonly label: string }) {
  return (
    <ol
      aria-label={label}
      className="grid grid-cols-[repeat(auto-fill,minmax(130px,1fr))] gap-2 rounded-card border border-key-line bg-key-soft p-3 print:border-line-2 print:bg-transparent"
    >
      {words.map((word, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice, its place is what it is
        <li key={at} className="flex items-baseline gap-2 font-mono text-label">
          <span aria-hidden="true" className="w-5 shrink-0 text-right text-small text-ink-2">
            {at + 1}
          </span>
          {word}
        </li>
      ))}
    </ol>
  );
}
