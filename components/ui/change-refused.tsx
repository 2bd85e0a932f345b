import type { ChangeState } from "./use-portal-change.ts";

/** What the portal said when it refused a change; nothing while it has not. */
export function ChangeRefused({ state }: { readonly state: ChangeState }) {
  if (state.kind !== "refused") return null;
  return (
    <p role="alert" className="text-label text-fail">
      Nothing was changed: {state.message}
    </p>
  );
}
