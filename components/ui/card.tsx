import type { ReactNode } from "react";

/** A titled surface. `aside` stands at the right end of the title bar. */
export function Card(props: {
  readonly title?: string;
  readonly note?: string | undefined;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="min-w-0 overflow-hidden rounded-card border border-line bg-surface shadow-card">
      {props.title === undefined ? null : (
        <header className="flex min-h-[42px] flex-wrap items-center gap-x-2 px-4 py-2">
          <h2 className="text-title font-semibold">{props.title}</h2>
          {props.note === undefined ? null : <p className="text-small text-ink-3">{props.note}</p>}
          {props.aside === undefined ? null : <div className="ml-auto text-small text-ink-2">{props.aside}</div>}
        </header>
      )}
      {props.children}
    </section>
  );
}

export interface Figure {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
}

/** Figures side by side, each with its question above and its proof below. */
export function FigureRow({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
      <dl className="-mr-px -mb-px grid grid-cols-[repeat(auto-fit,minmax(190px,1fr))]">
        {figures.map((figure) => (
          <div key={figure.label} className="border-r border-b border-line px-4 py-3">
            <dt className="text-small text-ink-3">{figure.label}</dt>
            <dd className="mt-1 text-title font-[560]">{figure.value}</dd>
            {figure.note === undefined ? null : <dd className="mt-[2px] text-small text-ink-2">{figure.note}</dd>}
          </div>
        ))}
      </dl>
    </div>
  );
}
