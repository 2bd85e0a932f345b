import type { ReactNode } from "react";
import { useVault } from "../vault/vault-context.ts";
import { KeyBar } from "./key-bar.tsx";
import { LockChip } from "./lock-chip.tsx";
import { Rail } from "./rail.tsx";

/** What stands around every screen of the vault: places as icons, the way here, the state of the lock, the basket. */
export function VaultFrame(props: {
  readonly crumbs: ReactNode;
  /** Fixed to the window: its panes scroll by themselves. */
  readonly isPaned?: boolean;
  readonly foot?: ReactNode;
  readonly children: ReactNode;
}) {
  const { person } = useVault();
  return (
    <div
      className={`grid grid-rows-[auto_auto_minmax(0,1fr)_auto] sm:grid-cols-[52px_minmax(0,1fr)] ${props.isPaned ? "h-dvh" : "min-h-dvh"}`}
    >
      <button
        type="button"
        onClick={() => document.getElementById("page")?.focus()}
        className="sr-only rounded-control bg-surface px-3 py-2 text-accent focus:not-sr-only focus:absolute focus:z-20 focus:m-2"
      >
        Skip to the page
      </button>
      <aside aria-label="Portal" className="row-span-4 border-r border-line bg-canvas max-sm:hidden">
        <Rail companyName={person.companyName} />
      </aside>
      <header className="flex h-12 min-w-0 items-center justify-between gap-3 border-b border-line px-6 max-sm:h-14 max-sm:px-4">
        {props.crumbs}
        <LockChip />
      </header>
      <KeyBar />
      <main id="page" tabIndex={-1} className="min-h-0 min-w-0 outline-none">
        {props.children}
      </main>
      {props.foot}
    </div>
  );
}
