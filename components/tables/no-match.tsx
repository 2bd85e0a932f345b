"use client";

import { EmptyState } from "../ui/empty-state.tsx";
import { ListLink } from "./list-navigation.tsx";
import { type ListState, listHref } from "./list-state.ts";
import type { WayOut } from "./ways-out.ts";

const LINK = "inline-flex min-h-6 items-center rounded-key font-[560] text-accent hover:underline max-sm:min-h-11";

/** Nothing fits what was asked for: says which part of the question to drop. */
export function NoMatch(props: {
  readonly state: ListState;
  readonly what: string;
  readonly waysOut: readonly WayOut[];
}) {
  const { state, what, waysOut } = props;
  if (state.cursor !== undefined) {
    return (
      <EmptyState title={`No more ${what}`}>
        <ListLink href={listHref(state, {})} className={LINK}>
          Back to the first page
        </ListLink>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={`No ${what} fit this`}>
      <p>
        {waysOut.length === 0
          ? "Neither the search nor the filter alone finds any."
          : "With a part of the question left out, there are some."}
      </p>
      <p className="mt-1 flex flex-wrap justify-center gap-x-4">
        {waysOut.map((way) => (
          <ListLink key={way.href} href={way.href} className={LINK}>
            {way.word}
          </ListLink>
        ))}
        {waysOut.length === 0 ? (
          <ListLink href={listHref(state, { search: "", filters: [] })} className={LINK}>
            Show all {what}
          </ListLink>
        ) : null}
      </p>
    </EmptyState>
  );
}
