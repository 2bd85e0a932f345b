"use client";

import { useEffect, useState } from "react";
import { Icon } from "../ui/icon.tsx";
import { formatLeft } from "./format-left.ts";
import { listenToLocks, longestOpen, tellLock } from "./lock-channel.ts";
import { useNow } from "./use-now.ts";

/** Whether a vault is open in this browser, as its tab tells; this page itself never is. */
export function VaultChip() {
  const untilByTab = useOpenVaults();
  const nowMs = useNow(1_000) ?? 0;
  const locksAtMs = longestOpen(untilByTab, nowMs);
  const look = locksAtMs === null ? "border-line-2 bg-surface text-ink" : "border-key-line bg-key-soft text-key";
  return (
    <a
      href="/vault/"
      className={`inline-flex h-[26px] items-center gap-2 rounded-control border px-[10px] text-small font-[560] max-sm:h-11 ${look}`}
    >
      <Icon name={locksAtMs === null ? "lock" : "unlocked"} sizePx={14} />
      {locksAtMs === null ? (
        "Locked"
      ) : (
        <>
          <span className="max-sm:sr-only">Unlocked, locks in</span> {formatLeft(locksAtMs - nowMs)}
        </>
      )}
    </a>
  );
}

function useOpenVaults(): ReadonlyMap<string, number> {
  const [untilByTab, setUntilByTab] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    const stop = listenToLocks((message) => {
      if (message.kind !== "locked" && message.kind !== "unlocked") return;
      setUntilByTab((before) => {
        const after = new Map(before);
        if (message.kind === "unlocked") after.set(message.tab, message.locksAtMs);
        else after.delete(message.tab);
        return after;
      });
    });
    tellLock({ kind: "ask" });
    return stop;
  }, []);
  return untilByTab;
}
