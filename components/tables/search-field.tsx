"use client";

import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Icon } from "../ui/icon.tsx";
import { useListNavigation } from "./list-navigation.tsx";
import { type ListState, listFields, listHref } from "./list-state.ts";

/** After the last key: a name is typed without a question for every letter of it. */
const TYPING_MS = 300;

/** Looks for a name. A plain form, which works before the script has loaded; then the list follows what is typed. */
export function SearchField({ state, label }: { readonly state: ListState; readonly label: string }) {
  const id = useId();
  const { field, typed, type, submit } = useTypedSearch(state);
  const kept = listFields({ ...state, search: "", cursor: undefined });
  return (
    <form action={state.path} onSubmit={submit} className="relative w-[260px] max-sm:w-full">
      {kept.map(([name, value]) => (
        <input key={`${name}=${value}`} type="hidden" name={name} value={value} />
      ))}
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <span className="pointer-events-none absolute inset-y-0 start-[9px] grid place-items-center text-ink-3">
        <Icon name="search" sizePx={14} />
      </span>
      <input
        ref={field}
        id={id}
        type="search"
        name="q"
        value={typed}
        onChange={(event) => type(event.target.value)}
        placeholder={label}
        maxLength={120}
        autoComplete="off"
        spellCheck={false}
        className="h-[30px] w-full rounded-control border border-control bg-surface ps-[30px] pe-2 text-label text-ink placeholder:text-ink-3 max-sm:h-11"
      />
    </form>
  );
}

/** What is in the field, which is ahead of the address while somebody types. */
function useTypedSearch(state: ListState) {
  const { go } = useListNavigation();
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [typed, setTyped] = useState(state.search);
  // A removed chip or the way back changed the address. While somebody types, older answers do not touch the field.
  useEffect(() => {
    if (document.activeElement !== field.current) setTyped(state.search);
  }, [state.search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (text: string) => go(listHref(state, { search: text.trim() }), "replace");
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(text), TYPING_MS);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    clearTimeout(timer.current);
    ask(typed);
  };
  return { field, typed, type, submit };
}
