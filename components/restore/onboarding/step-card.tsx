import type { ReactNode } from "react";
import { Icon } from "../../ui/icon.tsx";

/** One step. What nobody can repair later stands last, above what goes on. */
export function StepCard(props: { readonly title: string; readonly never: string; readonly children: ReactNode }) {
  return (
    <section aria-label={props.title} className="rounded-card border border-line bg-surface p-6 shadow-card max-sm:p-4">
      <div className="print:hidden">
        <h2 className="text-dialog font-semibold">{props.title}</h2>
      </div>
      <div className="mt-3 grid gap-4">{props.children}</div>
      <p className="mt-6 flex gap-2 border-t border-line pt-4 text-small text-ink-2 print:hidden">
        <span className="mt-[1px] shrink-0 text-key">
          <Icon name="lock" sizePx={14} />
        </span>
        {props.never}
      </p>
    </section>
  );
}
