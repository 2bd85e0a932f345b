import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with what was typed; null or absent while nothing is. */
  readonly problem?: string | null | undefined;
}

/** One line to fill in: label above, hint and problem below, both tied to it. */
export function Field({ label, hint, problem, className = "", ...input }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const problemId = `${id}-problem`;
  const described = [hint === undefined ? null : hintId, problem ? problemId : null].filter((each) => each !== null);
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-small text-ink-2">
        {label}
      </label>
      <input
        {...input}
        id={id}
        aria-invalid={problem ? true : input["aria-invalid"]}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
        className={`h-9 w-full rounded-control border border-control bg-surface px-3 text-label text-ink max-sm:h-11 ${className}`}
      />
      {hint === undefined ? null : (
        <p id={hintId} className="text-small text-ink-3">
          {hint}
        </p>
      )}
      {problem ? (
        <p id={problemId} role="alert" className="text-label text-fail">
          {problem}
        </p>
      ) : null}
    </div>
  );
}
