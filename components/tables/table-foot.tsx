"use client";

import Link from "next/link";
import { formatCount } from "../format/format-bytes.ts";
import { ListLink } from "./list-navigation.tsx";
import { type ListState, listHref } from "./list-state.ts";

const LINK = "inline-flex min-h-6 items-center rounded-key font-[560] text-accent hover:underline max-sm:min-h-11";

interface TableFootProps {
  readonly count: number;
  readonly list: ListState | undefined;
  readonly nextHref: string | null;
}

/** How many rows stand here, whether more follow, and the ways to them; nothing where all of them stand here. */
export function TableFoot({ count, list, nextHref }: TableFootProps) {
  const isLater = list?.cursor !== undefined;
  if (nextHref === null && !isLater) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 border-t border-line px-4 py-2 text-small text-ink-2">
      <p className="me-auto">
        Showing {formatCount(count)}
        {nextHref === null ? ", the last of them" : ", more follow"}
      </p>
      {list === undefined || !isLater ? null : (
        <ListLink href={listHref(list, {})} className={LINK}>
          First page
        </ListLink>
      )}
      {nextHref === null ? null : list === undefined ? (
        <Link href={nextHref} className={LINK}>
          Next page
        </Link>
      ) : (
        <ListLink href={nextHref} className={LINK}>
          Next page
        </ListLink>
      )}
    </div>
  );
}
