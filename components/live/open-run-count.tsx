"use client";

import { formatCount } from "../format/format-bytes.ts";
import { useLiveState } from "./live-provider.tsx";
import { openRunsOf } from "./live-state.ts";

/** "2 live", beside the place where they are listed; nothing while none is. */
export function OpenRunCount() {
  const count = openRunsOf(useLiveState()).length;
  if (count === 0) return null;
  return <span className="ms-auto text-small font-normal text-ink-2 max-md:sr-only">{formatCount(count)} live</span>;
}
