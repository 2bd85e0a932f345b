"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useId, useRef } from "react";
import { Icon } from "../ui/icon.tsx";
import { isAt, type Place } from "./navigation.ts";

/** The last entry of the bottom bar: opens the places that found no room in it. */
export function MorePlaces({ places }: { readonly places: readonly Place[] }) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const pathname = usePathname();
  const isHere = places.some((place) => isAt(place, pathname));
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        className={`grid h-14 flex-1 place-items-center content-center gap-1 text-axis ${isHere ? "font-semibold text-accent" : "text-ink-2"}`}
      >
        <Icon name="more" sizePx={18} />
        More
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="inset-auto end-2 bottom-[64px] m-0 min-w-[180px] rounded-card border border-line bg-surface p-2 text-ink"
      >
        {places.map((place) => (
          <Link
            key={place.href}
            href={place.href}
            onClick={() => menu.current?.hidePopover()}
            aria-current={isAt(place, pathname) ? "page" : undefined}
            className="flex h-11 items-center gap-3 rounded-nav px-3 text-label text-ink-2 aria-[current]:bg-accent-soft aria-[current]:font-[560] aria-[current]:text-ink"
          >
            <Icon name={place.icon} />
            {place.word}
          </Link>
        ))}
      </div>
    </>
  );
}
