import type { ReactNode } from "react";
import { UnlockForm } from "../session/unlock-form.tsx";
import { useVault } from "../vault/vault-context.ts";
import { type Crumb, Crumbs } from "./crumbs.tsx";
import { VaultFrame } from "./vault-frame.tsx";

/** A page of its own in the vault: sealed, it shows the way in at the same place. */
export function PageBody(props: {
  readonly crumbs: readonly Crumb[];
  /** Shown locked, too; what it needs keys for it leaves out by itself. */
  readonly isClear?: boolean;
  readonly children: ReactNode;
}) {
  const { isOpen } = useVault();
  return (
    <VaultFrame crumbs={<Crumbs crumbs={props.crumbs} />}>
      <div className="mx-auto grid max-w-[1180px] gap-4 p-6 max-sm:p-4">
        {isOpen || props.isClear ? (
          props.children
        ) : (
          <>
            <h1 className="sr-only">This page is sealed.</h1>
            <div className="rounded-card border border-line bg-surface py-4 shadow-card">
              <UnlockForm />
            </div>
          </>
        )}
      </div>
    </VaultFrame>
  );
}
