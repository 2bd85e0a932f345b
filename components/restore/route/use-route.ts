import { useSyncExternalStore } from "react";
import { formatRoute, parseRoute, type VaultRoute } from "./route.ts";

function subscribe(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
}

/** Where the address leads now. */
export function useRoute(): VaultRoute {
  const fragment = useSyncExternalStore(subscribe, () => location.hash);
  return parseRoute(fragment);
}

/** Goes there; `isStep` keeps it out of the browser's history, for the many steps of a playhead. */
export function goTo(route: VaultRoute, isStep = false): void {
  const fragment = formatRoute(route);
  if (fragment === location.hash) return;
  if (!isStep) location.hash = fragment;
  else {
    history.replaceState(null, "", fragment);
    dispatchEvent(new HashChangeEvent("hashchange"));
  }
}
