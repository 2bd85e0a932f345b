/** A command to type or copy. */
export function Command({ children }: { readonly children: string }) {
  return (
    <code
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="my-2 block overflow-x-auto rounded-control border border-line bg-sunken px-3 py-2 text-left font-mono text-small whitespace-pre text-ink"
    >
      {children}
    </code>
  );
}
