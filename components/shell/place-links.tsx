"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Icon } from "../ui/icon.tsx";
import { isAt, type Place } from "./navigation.ts";

/** The sidebar's places: words from 900 px on, icons with labels below. */
export function Navigation({ places }: { readonly places: readonly Place[] }) {
  const pathname = usePathname();
  return (
    <nav aria-label="Places" className="grid gap-[2px] px-[10px] py-1">
      {places.map((place) => (
        <Link
          key={place.href}
          href={place.href}
          aria-current={isAt(place, pathname) ? "page" : undefined}
          className="flex h-[30px] items-center gap-[10px] rounded-nav px-2 text-label text-ink-2 hover:bg-hover aria-[current]:bg-accent-soft aria-[current]:font-[560] aria-[current]:text-ink max-md:justify-center"
        >
          <span className="text-ink-2 in-aria-[current]:text-accent">
            <Icon name={place.icon} />
          </span>
          <span className="max-md:sr-only">{place.word}</span>
        </Link>
      ))}
    </nav>
  );
}

/** Which place this page belongs to, over its content. */
export function PlaceTitle({ places }: { readonly places: readonly Place[] }) {
  const pathname = usePathname();
  return <p className="truncate text-label font-[560]">{places.find((place) => isAt(place, pathname))?.word}</p>;
}

/** The same places within reach of a thumb. */
export function BottomBar({ places }: { readonly places: readonly Place[] }) {
  const pathname = usePathname();
  return (
    <nav
      aria-label="Places"
      className="fixed inset-x-0 bottom-0 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {places.map((place) => (
        <Link
          key={place.href}
          href={place.href}
          aria-current={isAt(place, pathname) ? "page" : undefined}
          className="grid h-14 flex-1 place-items-center content-center gap-1 text-axis text-ink-2 aria-[current]:font-semibold aria-[current]:text-accent"
        >
          <Icon name={place.icon} sizePx={18} />
          {place.word}
        </Link>
      ))}
    </nav>
  );
}
