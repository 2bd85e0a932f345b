"use client";

import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from "react";
import type { PersonId } from "../../contracts/ids.ts";
import type { RunView } from "../../contracts/runs.ts";
import { BEFORE_FIRST, freshest, type LiveState } from "./live-state.ts";
import { LiveStore } from "./live-store.ts";

const LiveContext = createContext<LiveStore | null>(null);

/** One store of what runs now, for everything below. */
export function LiveProvider(props: { readonly personId: PersonId; readonly children: ReactNode }) {
  const [store] = useState(() => new LiveStore(props.personId));
  return <LiveContext value={store}>{props.children}</LiveContext>;
}

/** What the stream says; whoever uses it keeps the stream open. */
export function useLiveState(): LiveState {
  const store = useContext(LiveContext);
  if (store === null) throw new Error("what is live stands inside of the shell");
  // A part of the page may come to life after the stream has begun: it starts as the server drew it, too.
  return useSyncExternalStore(store.subscribe, store.getState, () => BEFORE_FIRST);
}

/** The runs with their newest figures, in their places. */
export function useLiveRuns(runs: readonly RunView[]): readonly RunView[] {
  const state = useLiveState();
  return runs.map((run) => freshest(run, state));
}
