import Link from "next/link";
import type { ReactNode } from "react";

/** The name in a row, which opens its page; `note` is the second line. */
export function CellLink({ href, note, children }: { href: string; note?: ReactNode; children: ReactNode }) {
  return (
    <span className="block min-w-0">
      <Link
        href={href}
        title={typeof children === "string" ? children : undefined}
        className="inline-block max-w-[28ch] truncate align-bottom font-[560] text-ink underline-offset-2 hover:text-accent hover:underline"
      >
        {children}
      </Link>
      {note === undefined ? null : <span className="block text-small whitespace-nowrap text-ink-3">{note}</span>}
    </span>
  );
}
