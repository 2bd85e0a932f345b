import type { ButtonHTMLAttributes } from "react";

const LOOK = {
  solid: "border-transparent bg-accent-solid text-on-accent hover:opacity-92",
  plain: "border-line-2 bg-surface text-ink hover:bg-hover",
} as const;

export function Button({
  look = "plain",
  className = "",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { readonly look?: keyof typeof LOOK }) {
  return (
    <button
      type="button"
      className={`inline-flex h-[30px] items-center justify-center gap-2 rounded-control border px-3 text-label font-[560] max-sm:h-11 disabled:opacity-60 ${LOOK[look]} ${className}`}
      {...rest}
    />
  );
}
