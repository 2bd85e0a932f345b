"use client";

import { useState } from "react";
import { storeSetting } from "../format/reader-context.ts";
import { Icon } from "../ui/icon.tsx";
import { DEMO_NOTE_COOKIE } from "./demo-note-cookie.ts";

/** Says that this is the demo, until this browser has had enough of it. */
export function DemoNote({ demoFile }: { readonly demoFile: string }) {
  const [isHidden, setIsHidden] = useState(false);
  if (isHidden) return null;
  const hide = () => {
    storeSetting(DEMO_NOTE_COOKIE, "hidden");
    setIsHidden(true);
  };
  return (
    <aside
      aria-label="Demo"
      className="flex items-start gap-3 rounded-card border border-line bg-sunken px-4 py-2 text-small text-ink-2"
    >
      <p className="min-w-0 flex-1">
        This is a demo. Its accounts and passphrase stand in <code className="font-mono break-all">{demoFile}</code>.
        Sign in as its owner to restore a document. For a service of your own, start with{" "}
        <code className="font-mono whitespace-nowrap">--bare</code> and another data folder.
      </p>
      <button
        type="button"
        onClick={hide}
        aria-label="Hide the note about the demo"
        title="Hide"
        className="grid size-6 shrink-0 place-items-center rounded-nav text-ink-3 hover:bg-hover hover:text-ink max-sm:size-11"
      >
        <Icon name="close" sizePx={12} />
      </button>
    </aside>
  );
}
