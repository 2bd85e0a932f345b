"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import type { CompanyId, RunId } from "../../contracts/ids.ts";
import { useLiveState } from "./live-provider.tsx";

/** At midnight runs begin every second: the page follows in steps. */
const REFRESH_MS = 3_000;

interface RefreshProps {
  /** Runs that the page shows as open. */
  readonly shown: readonly RunId[];
  /** Whose runs matter to the page; undefined for those of every company. */
  readonly companyId?: CompanyId;
}

/**
 * Loads the page's data again when a run begins or ends, because more than the run changes then: states, snapshots,
 * headlines. The figures of open runs come with the stream alone. Shows nothing itself.
 */
export function RefreshWhenRunsChange({ shown, companyId }: RefreshProps) {
  const state = useLiveState();
  const refresh = useSpacedRefresh();
  const heard = [...state.runs.values()].filter((run) => companyId === undefined || run.companyId === companyId);
  // A short run is heard of only when it has ended.
  const key = keyOf(heard.map(({ runId, endedAt }) => (endedAt === null ? runId : `${runId} ended`)));
  const known = useRef(keyOf(shown));
  const isLive = state.connection.kind === "live";
  useEffect(() => {
    if (!isLive || known.current === key) return;
    known.current = key;
    refresh();
  }, [isLive, key, refresh]);
  return null;
}

function keyOf(parts: readonly string[]): string {
  return parts.toSorted().join(" ");
}

/** A refresh that is asked for too early waits; further ones while it waits are the same. */
function useSpacedRefresh(): () => void {
  const router = useRouter();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const lastMs = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const refresh = useRef(() => {
    if (timer.current !== undefined) return;
    const waitMs = Math.max(0, lastMs.current + REFRESH_MS - Date.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      lastMs.current = Date.now();
      router.refresh();
    }, waitMs);
  });
  return refresh.current;
}
