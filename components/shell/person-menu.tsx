"use client";

import { useState } from "react";
import { signOutHere } from "../session/sign-in-request.ts";
import { Icon } from "../ui/icon.tsx";

/** Who is signed in, and the way out. */
export function PersonMenu(props: { readonly email: string; readonly role: string; readonly isCompact?: boolean }) {
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = async () => {
    setIsLeaving(true);
    await signOutHere();
    window.location.assign("/sign-in");
  };
  return (
    <div className="flex items-center gap-2 max-md:justify-center">
      {props.isCompact ? null : (
        <span className="min-w-0 flex-1 px-[6px] max-md:hidden">
          <span className="block truncate text-small font-[560]" title={props.email}>
            {props.email}
          </span>
          <span className="block text-axis text-ink-3 first-letter:uppercase">{props.role}</span>
        </span>
      )}
      <button
        type="button"
        onClick={leave}
        disabled={isLeaving}
        aria-label="Sign out"
        title="Sign out"
        className="grid size-[30px] shrink-0 place-items-center rounded-nav text-ink-2 hover:bg-hover hover:text-ink max-sm:size-11"
      >
        <Icon name="out" />
      </button>
    </div>
  );
}
