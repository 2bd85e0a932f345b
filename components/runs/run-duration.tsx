"use client";

import type { RunView } from "../../contracts/runs.ts";
import { formatDuration } from "../format/format-duration.ts";
import { useServerNow } from "../live/use-server-now.ts";

/** How long a run took, or how long it has been going on. */
export function RunDuration({ run }: { readonly run: RunView }) {
  const nowMs = useServerNow(run.endedAt === null);
  const endMs = run.endedAt?.getTime() ?? nowMs;
  return <span className="whitespace-nowrap">{formatDuration(endMs - run.startedAt.getTime())}</span>;
}
