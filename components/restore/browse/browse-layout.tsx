import type { ReactNode } from "react";
import { BasketBar } from "../basket/basket-bar.tsx";
import { type Crumb, Crumbs } from "../frame/crumbs.tsx";
import { VaultFrame } from "../frame/vault-frame.tsx";
import { PlacesTree } from "../places/places-tree.tsx";
import type { MachinePlace } from "../runtime/protocol/reading-calls.ts";
import { SearchField } from "../search/search-field.tsx";
import { UnlockForm } from "../session/unlock-form.tsx";
import { useVault } from "../vault/vault-context.ts";

/** Places, search, time, what lies here, and beside it the one thing that is looked at; on a phone one screen each. */
export function BrowseLayout(props: {
  readonly crumbs: readonly Crumb[];
  /** Where a phone goes back to, when that is not the place above. */
  readonly backHref?: string | undefined;
  readonly isSealed?: boolean;
  readonly places: readonly MachinePlace[];
  readonly names: Readonly<Record<string, string>>;
  readonly timeline: ReactNode;
  readonly children: ReactNode;
  /** The document that is looked at; null while none is, absent where none can be. */
  readonly detail?: ReactNode | null;
}) {
  const { isOpen } = useVault();
  const hasDetail = props.detail !== undefined;
  const isDetailed = isOpen && hasDetail && props.detail !== null;
  const columns = isOpen && !hasDetail ? "" : "lg:grid-cols-[minmax(0,1fr)_400px]";
  return (
    <VaultFrame
      isPaned
      crumbs={<Crumbs crumbs={props.crumbs} backHref={props.backHref} isSealed={props.isSealed ?? false} />}
      foot={<BasketBar />}
    >
      <div className="grid h-full grid-cols-[minmax(0,1fr)] md:grid-cols-[196px_minmax(0,1fr)]">
        <aside aria-label="Places" className="grid min-h-0 border-r border-line max-md:hidden">
          <PlacesTree places={props.places} names={props.names} />
        </aside>
        <div className="flex min-h-0 min-w-0 flex-col max-sm:overflow-y-auto">
          <div className={isDetailed ? "max-sm:hidden" : ""}>
            <SearchField />
            {props.timeline}
          </div>
          <div className={`relative grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] ${columns}`}>
            <div
              className={`flex min-h-0 min-w-0 flex-col bg-surface ${isDetailed ? "max-sm:hidden" : ""} ${isOpen ? "" : "max-lg:hidden"}`}
            >
              {props.children}
            </div>
            {isOpen && !hasDetail ? null : (
              <Detail isShown={isDetailed}>{isOpen ? props.detail : <UnlockForm />}</Detail>
            )}
          </div>
        </div>
      </div>
    </VaultFrame>
  );
}

/** Stands beside the folder from 1200 px on; below it slides over, and on a phone it is a screen of its own. */
function Detail({ isShown, children }: { readonly isShown: boolean; readonly children: ReactNode }) {
  const { isOpen } = useVault();
  const narrow = !isOpen
    ? "max-lg:border-l-0"
    : isShown
      ? "max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-[2] max-lg:w-[400px] max-lg:shadow-dialog max-sm:static max-sm:w-auto max-sm:shadow-none max-sm:border-l-0"
      : "max-lg:hidden";
  return (
    <aside aria-label="Document" className={`min-h-0 overflow-y-auto border-l border-line bg-canvas pb-4 ${narrow}`}>
      {/* The page's own headline is not on a phone's screen of a document. */}
      {isShown ? <h1 className="sr-only sm:hidden">One document of this snapshot</h1> : null}
      {children ?? <NothingChosen />}
    </aside>
  );
}

function NothingChosen() {
  return (
    <div className="px-6 py-10 text-center text-ink-2">
      <p className="font-[560] text-ink">No document is open.</p>
      <p className="mt-1">Choose one to see it, its versions, and the way to take it home. Press ? for the keys.</p>
    </div>
  );
}
