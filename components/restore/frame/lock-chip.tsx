import { useId } from "react";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { formatLeft } from "../../vault-lock/format-left.ts";
import { useNow } from "../../vault-lock/use-now.ts";
import { IDLE_MINUTES } from "../runtime/idle-lock.ts";
import type { VaultLock } from "../runtime/protocol/session-calls.ts";
import { chooseIdleMinutes, lockNow } from "../vault/use-lock.ts";
import { useVault } from "../vault/vault-context.ts";

/** Before this, the chip asks whether somebody is there. */
const WARN_MS = 60_000;

/** Locked, or open and for how long; in the last minute it offers to stay. */
export function LockChip() {
  const { lock } = useVault();
  if (lock.state === "locked") {
    return (
      <button
        type="button"
        onClick={() => document.getElementById("passphrase")?.focus()}
        className="inline-flex h-[26px] shrink-0 items-center gap-2 rounded-control border border-line-2 bg-surface px-[10px] text-small font-[560] hover:bg-hover max-sm:h-11"
      >
        <Icon name="lock" sizePx={14} />
        Locked
      </button>
    );
  }
  return <OpenChip lock={lock} />;
}

function OpenChip({ lock }: { readonly lock: Extract<VaultLock, { state: "unlocked" }> }) {
  const { vault } = useVault();
  const menuId = useId();
  const leftMs = lock.locksAtMs - (useNow(1_000) ?? Date.now());
  const isEnding = leftMs <= WARN_MS;
  return (
    <div className="flex shrink-0 items-center gap-2">
      {isEnding ? (
        <Button look="solid" className="h-[26px]" onClick={() => void vault.calls.stay()}>
          Stay
        </Button>
      ) : null}
      <button
        type="button"
        popoverTarget={menuId}
        className="lock-chip inline-flex h-[26px] items-center gap-2 rounded-control border border-key-line bg-key-soft px-[10px] text-small font-[560] text-key max-sm:h-11"
      >
        <Icon name="unlocked" sizePx={14} />
        <span className="max-sm:sr-only">Unlocked, locks in</span> {formatLeft(leftMs)}
      </button>
      <p role="status" className="sr-only">
        {isEnding ? "The vault locks within a minute. Press Stay to keep it open." : ""}
      </p>
      <IdleMenu menuId={menuId} minutes={lock.idleMinutes} />
    </div>
  );
}

function IdleMenu({ menuId, minutes }: { readonly menuId: string; readonly minutes: number }) {
  const { vault } = useVault();
  return (
    <div
      id={menuId}
      popover="auto"
      className="menu lock-menu m-0 w-[240px] rounded-card border border-line bg-surface p-3 text-label text-ink shadow-menu"
    >
      <fieldset>
        <legend className="text-small text-ink-3">Locks after so long without you, in every tab of this browser</legend>
        {IDLE_MINUTES.map((choice) => (
          <label key={choice} className="flex min-h-8 items-center gap-2 max-sm:min-h-11">
            <input
              type="radio"
              name="idle"
              checked={choice === minutes}
              onChange={() => chooseIdleMinutes(vault, choice)}
            />
            {choice} minutes
          </label>
        ))}
      </fieldset>
      <Button className="mt-2 w-full" onClick={() => lockNow(vault)}>
        Lock now
      </Button>
    </div>
  );
}
