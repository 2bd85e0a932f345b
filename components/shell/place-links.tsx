"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { formatCount } from "../format/format-bytes.ts";
import { OpenRunCount } from "../live/open-run-count.tsx";
import { Icon } from "../ui/icon.tsx";
import { MorePlaces } from "./more-places.tsx";
import { INCIDENTS_PLACE, isAt, type Place } from "./navigation.ts";

function PlaceLink(props: {
  readonly place: Place;
  readonly isHere: boolean;
  readonly className: string;
  readonly children: ReactNode;
}) {
  const { place, className, children } = props;
  const attributes = { href: place.href, className, "aria-current": props.isHere ? ("page" as const) : undefined };
  return place.isDocument ? <a {...attributes}>{children}</a> : <Link {...attributes}>{children}</Link>;
}

/** The sidebar's places: words from 900 px on, icons with labels below. */
export function Navigation(props: { readonly places: readonly Place[]; readonly openIncidents: number }) {
  const { places, openIncidents } = props;
  const pathname = usePathname();
  return (
    <nav aria-label="Places" className="grid gap-[2px] px-[10px] py-1">
      {places.map((place) => (
        <PlaceLink
          key={place.href}
          place={place}
          isHere={isAt(place, pathname)}
          className="flex h-[30px] items-center gap-[10px] rounded-nav px-2 text-label text-ink-2 hover:bg-hover aria-[current]:bg-accent-soft aria-[current]:font-[560] aria-[current]:text-ink max-md:justify-center"
        >
          <span className="text-ink-2 in-aria-[current]:text-accent">
            <Icon name={place.icon} />
          </span>
          <span className="max-md:sr-only">{place.word}</span>
          {place.href === "/runs" ? <OpenRunCount /> : null}
          {place.href === INCIDENTS_PLACE.href ? <IncidentCount count={openIncidents} /> : null}
        </PlaceLink>
      ))}
    </nav>
  );
}

/** "2 open", in red, beside the place where they are listed; nothing while none is. */
function IncidentCount({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return <span className="ms-auto text-small font-[560] text-fail max-md:sr-only">{formatCount(count)} open</span>;
}

/** Which place this page belongs to, over its content. */
export function PlaceTitle({ places }: { readonly places: readonly Place[] }) {
  const pathname = usePathname();
  return <p className="truncate text-label font-[560]">{places.find((place) => isAt(place, pathname))?.word}</p>;
}

/** What a bar as wide as a phone holds. */
const BAR_MAX_ENTRIES = 4;

/** The same places within reach of a thumb; those that find no room are behind the last entry. */
export function BottomBar({ places }: { readonly places: readonly Place[] }) {
  const pathname = usePathname();
  const direct = places.length > BAR_MAX_ENTRIES ? places.slice(0, BAR_MAX_ENTRIES - 1) : places;
  return (
    <nav
      aria-label="Places"
      className="fixed inset-x-0 bottom-0 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {direct.map((place) => (
        <PlaceLink
          key={place.href}
          place={place}
          isHere={isAt(place, pathname)}
          className="grid h-14 flex-1 place-items-center content-center gap-1 text-axis text-ink-2 aria-[current]:font-semibold aria-[current]:text-accent"
        >
          <Icon name={place.icon} sizePx={18} />
          {place.word}
        </PlaceLink>
      ))}
      {direct.length === places.length ? null : <MorePlaces places={places.slice(direct.length)} />}
    </nav>
  );
}
