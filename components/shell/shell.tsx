import Link from "next/link";
import type { ReactNode } from "react";
import type { SessionViewerView } from "../../contracts/session.ts";
import { LiveProvider } from "../live/live-provider.tsx";
import { VaultChip } from "../vault-lock/vault-chip.tsx";
import { placesOf } from "./navigation.ts";
import { PersonMenu } from "./person-menu.tsx";
import { BottomBar, Navigation, PlaceTitle } from "./place-links.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

type Session = NonNullable<SessionViewerView>;

interface ShellProps {
  readonly session: Session;
  /** What the person may see of them. */
  readonly openIncidents: number;
  readonly children: ReactNode;
}

/** Sidebar (a bar at the bottom on phones), top bar, and the page. */
export function Shell({ session, openIncidents, children }: ShellProps) {
  const places = placesOf(session.viewer);
  return (
    <LiveProvider personId={session.viewer.personId}>
      <div className="min-h-dvh sm:grid sm:grid-cols-[56px_minmax(0,1fr)] md:grid-cols-[208px_minmax(0,1fr)]">
        <a
          href="#page"
          className="sr-only rounded-control bg-surface px-3 py-2 text-accent focus:not-sr-only focus:absolute focus:z-10 focus:m-2"
        >
          Skip to the page
        </a>
        <aside className="sticky top-0 flex h-dvh flex-col border-r border-line max-sm:hidden">
          <Brand session={session} />
          <Navigation places={places} openIncidents={openIncidents} />
          <div className="mt-auto grid gap-2 p-[10px]">
            <Link href="/vault-build" className="px-[6px] text-small text-ink-3 hover:underline max-md:hidden">
              Vault code
            </Link>
            <PersonMenu email={session.email} role={session.viewer.role} />
          </div>
        </aside>
        <div className="min-w-0 max-sm:pb-[72px]">
          <header className="flex h-12 items-center justify-between gap-3 border-b border-line px-6 max-sm:h-14 max-sm:px-4">
            <PlaceTitle places={places} />
            <div className="flex items-center gap-2">
              {session.viewer.kind === "member" ? <VaultChip /> : null}
              <ThemeSwitch />
              <div className="sm:hidden">
                <PersonMenu email={session.email} role={session.viewer.role} isCompact />
              </div>
            </div>
          </header>
          <main id="page" tabIndex={-1} className="grid gap-4 p-6 outline-none max-sm:p-4">
            {children}
          </main>
        </div>
        <BottomBar places={places} />
      </div>
    </LiveProvider>
  );
}

function Brand({ session }: { readonly session: Session }) {
  const name = session.companyName ?? session.providerName;
  return (
    <div className="flex items-center gap-2 px-4 pt-4 pb-3 max-md:justify-center max-md:px-0">
      <span
        aria-hidden="true"
        className="grid size-[26px] shrink-0 place-items-center rounded-nav bg-ink text-label font-semibold text-canvas"
      >
        {name.slice(0, 1).toUpperCase()}
      </span>
      <span className="min-w-0 max-md:hidden">
        <span className="block truncate text-title font-semibold">{name}</span>
        <span className="block truncate text-axis text-ink-3">
          {session.companyName === null ? "Holdfast, staff" : `with ${session.providerName}`}
        </span>
      </span>
    </div>
  );
}
