"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** The worker looks once a minute; twice as often is soon enough. */
const EVERY_MS = 30_000;

/** Loads the page's data again while somebody looks at it: for what no stream tells of. Shows nothing itself. */
export function RefreshNowAndThen() {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return null;
}
