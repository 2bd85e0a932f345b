"use client";

import { useEffect, useState } from "react";
import { useListNavigation } from "./list-navigation.tsx";

/** From then on the wait is explained. */
const SLOW_MS = 10_000;

/** A thin bar while other rows are on their way, after 300 ms; the old ones stay. After ten seconds it says what is slow. */
export function PendingBar() {
  const { isPending } = useListNavigation();
  return (
    <div className="relative h-0" role="status">
      {isPending ? (
        <>
          <span className="pending-bar" aria-hidden="true" />
          <span className="sr-only">Loading</span>
          <SlowNote />
        </>
      ) : null}
    </div>
  );
}

function SlowNote() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isSlow) return null;
  return (
    <span className="absolute end-4 top-1 z-10 rounded-key border border-line bg-surface px-2 py-1 text-small text-ink-2">
      The portal has not answered for 10 s. The rows below are the old ones.
    </span>
  );
}
