import Link from "next/link";
import type { ReactNode } from "react";

/** The name in a row, which opens its page; `note` is the second line. */
export function CellLink({ href, note, children }: { href: string; note?: ReactNode; children: ReactNode }) {
  return (
    <span className="block min-w-0">
      <Link href={href} className="font-[560] text-ink underline-offset-2 hover:text-accent hover:underline">
        {children}
      </Link>
      {note === undefined ? null : <span className="block text-small text-ink-3">{note}</span>}
    </span>
  );
}
