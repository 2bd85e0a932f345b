import type { ButtonHTMLAttributes } from "react";

const LOOK = {
  solid: "border-transparent bg-accent-solid text-on-accent hover:opacity-92",
  plain: "border-line-2 bg-surface text-ink hover:bg-hover",
} as const;

const SIZE = { usual: "h-[30px]", large: "h-9" } as const;

/** The look of a button, for links that are one. */
export function buttonClass(look: keyof typeof LOOK = "plain", size: keyof typeof SIZE = "usual"): string {
  return `inline-flex items-center justify-center gap-2 rounded-control border px-3 text-label font-[560] max-sm:h-11 disabled:opacity-60 ${SIZE[size]} ${LOOK[look]}`;
}

export function Button({
  look = "plain",
  size = "usual",
  className = "",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: keyof typeof LOOK; size?: keyof typeof SIZE }) {
  return <button type="button" className={`${buttonClass(look, size)} ${className}`} {...rest} />;
}
