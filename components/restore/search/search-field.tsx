import { useEffect, useRef } from "react";
import { Icon } from "../../ui/icon.tsx";
import { KeyCap } from "../frame/key-cap.tsx";
import { parseRoute, type VaultRoute } from "../route/route.ts";
import { goTo, useRoute } from "../route/use-route.ts";
import { useVault } from "../vault/vault-context.ts";
import { useSearch } from "./search-context.tsx";

/** Where one looked before, to come back to when the field is emptied. */
let placeBefore: VaultRoute = { kind: "company", atMs: null };

/** Document first: what is typed here is looked for on all machines, at all times. */
export function SearchField() {
  const { isOpen } = useVault();
  const route = useRoute();
  const { text, setText } = useSearch();
  const field = useRef<HTMLInputElement>(null);
  const isFinding = route.kind === "find";
  useEffect(() => {
    if (isFinding) field.current?.focus();
  }, [isFinding]);
  const change = (next: string) => {
    setText(next);
    if (next === "") goTo(placeBefore, true);
    else if (!isFinding) {
      placeBefore = parseRoute(location.hash);
      goTo({ kind: "find" });
    }
  };
  return (
    <search className="flex items-center gap-3 border-b border-line bg-canvas px-4 py-[10px]">
      <label className="relative flex min-w-0 flex-1 items-center">
        <span className="sr-only">
          {isOpen ? "Find a document on any machine, at any time" : "Unlock to search names"}
        </span>
        <span className="pointer-events-none absolute left-3 text-ink-2">
          <Icon name="search" />
        </span>
        <input
          ref={field}
          id="find"
          type="search"
          autoComplete="off"
          spellCheck={false}
          disabled={!isOpen}
          value={isOpen ? text : ""}
          placeholder={isOpen ? "Find a document on any machine, at any time" : "Unlock to search names"}
          onChange={({ currentTarget }) => change(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") change("");
            if (event.key === "ArrowDown" && isFinding) {
              event.preventDefault();
              document.querySelector<HTMLElement>("[data-hit]")?.focus();
            }
          }}
          className="h-9 w-full rounded-control border border-control bg-surface pr-9 pl-9 text-label placeholder:text-ink-3 disabled:border-line-2 disabled:bg-sunken max-sm:h-11"
        />
        <span className="pointer-events-none absolute right-2 text-ink-3">
          <KeyCap>/</KeyCap>
        </span>
      </label>
    </search>
  );
}

/** For the key "/". */
export function focusSearch(): void {
  document.getElementById("find")?.focus();
}
