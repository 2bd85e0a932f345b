import type { ReactNode } from "react";

/** What will stand here, why it is empty, one next step. */
export function EmptyState({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="border-t border-line px-4 py-8 text-center">
      <p className="font-[560]">{title}</p>
      <div className="mx-auto mt-1 max-w-[60ch] text-ink-2">{children}</div>
    </div>
  );
}
