import { useEffect, useEffectEvent } from "react";

export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

const SETTING = "holdfast-shortcuts";

/** One-letter shortcuts disturb whoever speaks to the computer; they can be switched off. */
export function areShortcutsOn(): boolean {
  return !document.cookie.includes(`${SETTING}=off`);
}

export { SETTING as SHORTCUTS_SETTING };

/** Keys of the whole screen: by `event.key`, with "Shift " before capital letters. None while somebody types or decides. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !areShortcutsOn()) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
    const name = event.shiftKey && event.key.length === 1 && /[A-Z]/.test(event.key) ? `Shift ${event.key}` : event.key;
    const run = shortcuts[name];
    if (run === undefined) return;
    event.preventDefault();
    run();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}
