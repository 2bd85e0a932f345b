"use client";

import { useEffect, useState } from "react";
import { useReader } from "../format/reader-context.ts";
import { useLiveState } from "./live-provider.tsx";

const TICK_MS = 1_000;

/** The server's time: the moment of its answer at first, then on by the second while `isTicking`. */
export function useServerNow(isTicking: boolean): number {
  const { nowMs } = useReader();
  const { clockOffsetMs } = useLiveState();
  const [tickMs, setTick] = useState<number | null>(null);
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setTick(Date.now() + clockOffsetMs), TICK_MS);
    return () => clearInterval(timer);
  }, [isTicking, clockOffsetMs]);
  return isTicking && tickMs !== null ? tickMs : nowMs;
}
