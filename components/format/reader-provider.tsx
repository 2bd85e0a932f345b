"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { type Reader, TIME_ZONE_COOKIE } from "./reader.ts";

const ReaderContext = createContext<Reader>({ theme: "system", timeZone: "UTC", nowMs: 0 });

/** The reader's settings for everything below. */
export function useReader(): Reader {
  return useContext(ReaderContext);
}

const COOKIE_LIFE_S = 365 * 24 * 60 * 60;

/** Keeps a setting in a cookie of this origin; nothing secret goes there. */
export function storeSetting(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain http
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${COOKIE_LIFE_S}; samesite=lax`;
}

/** Provides the settings, and once tells the server the browser's time zone when it differs. */
export function ReaderProvider({ reader, children }: { readonly reader: Reader; readonly children: ReactNode }) {
  const router = useRouter();
  const { timeZone } = reader;
  useEffect(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (own === timeZone || document.cookie.includes(`${TIME_ZONE_COOKIE}=${encodeURIComponent(own)}`)) return;
    storeSetting(TIME_ZONE_COOKIE, own);
    router.refresh();
  }, [router, timeZone]);
  return <ReaderContext value={reader}>{children}</ReaderContext>;
}
