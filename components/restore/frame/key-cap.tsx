/** A key to press; nothing on a phone, which has none. */
export function KeyCap({ children }: { readonly children: string }) {
  return (
    <kbd className="rounded-key border border-current/40 px-[5px] font-sans text-axis font-normal max-sm:hidden">
      {children}
    </kbd>
  );
}
