import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { SearchHit, SearchProgress } from "../runtime/protocol/reading-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";
import { useVault } from "../vault/vault-context.ts";

/** Somebody who still types does not need the hits of every letter. */
const PAUSE_MS = 200;

export interface Search {
  readonly text: string;
  readonly hits: readonly SearchHit[];
  /** Null before the first event of this text. */
  readonly progress: SearchProgress | null;
  readonly fault: VaultFault | null;
  setText(text: string): void;
}

const SearchContext = createContext<Search | null>(null);

export function useSearch(): Search {
  const search = useContext(SearchContext);
  if (search === null) throw new Error("this is shown outside of the search");
  return search;
}

/** What is looked for, and what was found; in memory alone, and gone with the lock. */
export function SearchProvider({ children }: { readonly children: ReactNode }) {
  const { vault, isOpen } = useVault();
  const [text, setText] = useState("");
  const [found, setFound] = useState<Omit<Search, "text" | "setText">>(NOTHING);
  const current = useRef("");
  useEffect(
    () =>
      vault.onEvent((event) => {
        if (event.kind !== "search" || event.search.searchId !== current.current) return;
        const { search } = event;
        setFound((before) => ({ hits: [...before.hits, ...search.hits], progress: search, fault: null }));
      }),
    [vault],
  );
  // What was looked for is forgotten with the lock.
  if (!isOpen && text !== "") setText("");
  const wanted = isOpen ? text.trim() : "";
  useEffect(() => {
    setFound(NOTHING);
    current.current = crypto.randomUUID();
    if (wanted === "") return;
    const searchId = current.current;
    const timer = setTimeout(() => {
      vault.calls.startSearch({ searchId, text: wanted }).catch((error: unknown) => {
        if (current.current === searchId) setFound({ ...NOTHING, fault: toFault(error) });
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      // It may have ended by itself, or with the lock: then there is nothing to end.
      vault.calls.endSearch().catch(() => undefined);
    };
  }, [vault, wanted]);
  const search = useMemo((): Search => ({ ...found, text, setText }), [found, text]);
  return <SearchContext value={search}>{children}</SearchContext>;
}

const NOTHING: Omit<Search, "text" | "setText"> = { hits: [], progress: null, fault: null };
