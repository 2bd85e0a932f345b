import type { ReactNode } from "react";

/** The answer first, its proof below, the way out beside it. */
export function PageHead(props: {
  readonly headline: string;
  readonly proof?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-headline font-semibold text-balance break-words">{props.headline}</h1>
        {props.proof === undefined ? null : <p className="mt-1 text-ink-2">{props.proof}</p>}
      </div>
      {props.actions === undefined ? null : <div className="flex gap-2">{props.actions}</div>}
    </div>
  );
}
