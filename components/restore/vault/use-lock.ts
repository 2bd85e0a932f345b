import { useEffect, useRef, useState } from "react";
import { listenToLocks, tellLock } from "../../vault-lock/lock-channel.ts";
import { DEFAULT_IDLE_MINUTES } from "../runtime/idle-lock.ts";
import type { VaultLock } from "../runtime/protocol/session-calls.ts";
import type { Vault } from "./vault-context.ts";

const INPUTS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"] as const;
/** How often at most the worker hears that somebody is there. */
const STAY_EVERY_MS = 15_000;

/** The lock as the worker tells it; input keeps it open, and the other tabs of this browser hear of it. */
export function useLock(vault: Vault): VaultLock {
  const [lock, setLock] = useState<VaultLock>({ state: "locked", idleMinutes: DEFAULT_IDLE_MINUTES });
  const [tab] = useState(() => crypto.randomUUID());
  const isOpen = lock.state === "unlocked";
  const current = useRef(lock);
  useEffect(() => {
    current.current = lock;
    tellLock(
      lock.state === "unlocked" ? { kind: "unlocked", tab, locksAtMs: lock.locksAtMs } : { kind: "locked", tab },
    );
  }, [lock, tab]);

  useEffect(() => {
    const stop = vault.onEvent((event) => event.kind === "lock" && setLock(event.lock));
    // It may be open already: keys that were made here open it before this is shown.
    void vault.calls.stay().then(setLock);
    return stop;
  }, [vault]);

  useEffect(() => {
    const stop = listenToLocks((message) => {
      if (message.kind === "lock_all") void vault.calls.lock();
      if (message.kind === "idle") void vault.calls.setIdleMinutes({ minutes: message.minutes });
      if (message.kind === "ask" && current.current.state === "unlocked") {
        tellLock({ kind: "unlocked", tab, locksAtMs: current.current.locksAtMs });
      }
    });
    const leave = () => tellLock({ kind: "locked", tab });
    addEventListener("pagehide", leave);
    return () => {
      stop();
      removeEventListener("pagehide", leave);
    };
  }, [vault, tab]);

  useEffect(() => {
    if (!isOpen) return;
    let toldAtMs = 0;
    const stay = () => {
      if (Date.now() - toldAtMs < STAY_EVERY_MS) return;
      toldAtMs = Date.now();
      void vault.calls.stay();
    };
    for (const input of INPUTS) addEventListener(input, stay, { passive: true });
    return () => {
      for (const input of INPUTS) removeEventListener(input, stay);
    };
  }, [vault, isOpen]);
  return lock;
}

/** By the person: this vault, and those of the other tabs. */
export function lockNow(vault: Vault): void {
  tellLock({ kind: "lock_all" });
  void vault.calls.lock();
}

/** How long vaults of this browser stay open without anybody: this one, those of the other tabs, and the next. */
export function chooseIdleMinutes(vault: Vault, minutes: number): void {
  tellLock({ kind: "idle", minutes });
  void vault.calls.setIdleMinutes({ minutes });
}
