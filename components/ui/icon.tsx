/** The portal's own set: 16 px grid, 1.4 px stroke, round ends, the colour of the text around. */
const PATHS = {
  overview: "M2.5 13.5h11M4 13.5v-4M8 13.5v-10M12 13.5V7",
  companies: "M2.5 13.5h11M3.5 13.5v-10h5v10M8.5 6.5h4v7M5.2 6h1.6M5.2 8.5h1.6M5.2 11h1.6M10.3 9h.4M10.3 11.2h.4",
  machines: "M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5",
  runs: "M13.5 8A5.5 5.5 0 1 1 11.6 3.8M13.5 2.5v3h-3M8 5.2V8l2 1.4",
  zones: "M2.5 3h4.5v10H2.5zM9 3h4.5v10H9zM4 10.5h1.5M10.5 10.5H12",
  home: "M2.5 7.5 8 3l5.5 4.5M4 6.5v7h8v-7M6.8 13.5v-3.2h2.4v3.2",
  out: "M6.5 2.5h-4v11h4M6.5 8h7M10.8 5.2 13.5 8l-2.7 2.8",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6Z",
  system: "M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5M8 3.5V11",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  close: "m4 4 8 8M12 4l-8 8",
  chevron: "m6.2 4 4 4-4 4",
  snapshot: "M2.5 5h2.6l1-1.8h3.8l1 1.8h2.6v8h-11zM8 6.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4Z",
  lock: "M3.5 7.2h9v6.3h-9zM5.5 7V5.2a2.5 2.5 0 0 1 5 0V7",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM10.4 10.4l3.1 3.1",
  people:
    "M6 3a2.4 2.4 0 1 1 0 4.8A2.4 2.4 0 0 1 6 3ZM1.8 13.2c.3-2.2 2-3.6 4.2-3.6s3.9 1.4 4.2 3.6M10.6 3.3a2.2 2.2 0 0 1 0 4.2M12 9.9c1.3.5 2.1 1.6 2.3 3.3",
  more: "M3.4 8h.2M7.9 8h.2M12.4 8h.2",
} as const;

export type IconName = keyof typeof PATHS;

/** Decorative: the words beside it, or the button's label, say what it is. */
export function Icon({ name, sizePx = 16 }: { readonly name: IconName; readonly sizePx?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={sizePx}
      height={sizePx}
      className="shrink-0"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
