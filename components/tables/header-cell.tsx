"use client";

import type { ReactNode } from "react";
import { ListLink } from "./list-navigation.tsx";

/** Where a click on the header leads, and how the column is sorted now. */
export interface SortLink {
  readonly href: string;
  readonly direction: false | "asc" | "desc";
}

interface HeaderCellProps {
  readonly isRight: boolean;
  /** Undefined where the column cannot be sorted. */
  readonly link: SortLink | undefined;
  readonly children: ReactNode;
}

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;
const ARROW = { asc: "↑", desc: "↓" } as const;

export function HeaderCell({ isRight, link, children }: HeaderCellProps) {
  const direction = link?.direction ?? false;
  return (
    <th
      scope="col"
      aria-sort={direction === false ? undefined : ARIA_SORT[direction]}
      className={`h-9 px-3 text-small font-normal whitespace-nowrap text-ink-3 first:pl-4 last:pr-4 ${isRight ? "text-right" : ""}`}
    >
      {link === undefined ? (
        children
      ) : (
        <ListLink
          href={link.href}
          className={`inline-flex min-h-6 items-center gap-1 rounded-key hover:text-ink hover:underline max-sm:min-h-11 ${direction === false ? "" : "font-[560] text-ink"}`}
        >
          {children}
          {direction === false ? null : <span aria-hidden="true">{ARROW[direction]}</span>}
        </ListLink>
      )}
    </th>
  );
}
