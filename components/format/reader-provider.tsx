"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { type Reader, TIME_ZONE_COOKIE } from "./reader.ts";
import { ReaderContext, storeSetting } from "./reader-context.ts";

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
