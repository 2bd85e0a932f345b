import type { ReactNode } from "react";

/** What stands before the door: whose installation this is, one card, one line below it. */
export function DoorFrame(props: {
  readonly providerName: string;
  readonly headline: string;
  readonly note: string;
  readonly above?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-12">
      <div className="w-full max-w-[400px]">
        {props.above === undefined ? null : <div className="mb-6">{props.above}</div>}
        <p className="flex items-center gap-2 text-title font-semibold">
          <span
            aria-hidden="true"
            className="grid size-[26px] place-items-center rounded-nav bg-ink text-label text-canvas"
          >
            {props.providerName.slice(0, 1).toUpperCase()}
          </span>
          {props.providerName}
        </p>
        <section className="mt-4 rounded-card border border-line bg-surface p-6 shadow-card">
          <h1 className="mb-4 text-headline font-semibold">{props.headline}</h1>
          {props.children}
        </section>
        <p className="mt-4 text-small text-ink-3">{props.note}</p>
      </div>
    </main>
  );
}
