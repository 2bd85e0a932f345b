/** The portal's own set: 16 px grid, 1.4 px stroke, round ends, the colour of the text around. */
const PATHS = {
  overview: "M2.5 13.5h11M4 13.5v-4M8 13.5v-10M12 13.5V7",
  companies: "M2.5 13.5h11M3.5 13.5v-10h5v10M8.5 6.5h4v7M5.2 6h1.6M5.2 8.5h1.6M5.2 11h1.6M10.3 9h.4M10.3 11.2h.4",
  machines: "M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5",
  runs: "M13.5 8A5.5 5.5 0 1 1 11.6 3.8M13.5 2.5v3h-3M8 5.2V8l2 1.4",
  incidents: "M8 2.5 14 13.5H2zM8 6.5v3.2M8 11.6v.1",
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
  unlocked: "M3.5 7.2h9v6.3h-9zM5.5 7V5.2a2.5 2.5 0 0 1 4.7-1.2",
  restore: "M2.5 8A5.5 5.5 0 1 0 4.4 3.8M2.5 2.5v3h3M8 5.2V8l2 1.4",
  folder: "M2.5 12.5v-9h4l1.3 1.8h5.7v7.2z",
  document: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  link: "M6.8 9.2a2.3 2.3 0 0 0 3.3 0l2.2-2.2a2.3 2.3 0 0 0-3.3-3.3l-.9.9M9.2 6.8a2.3 2.3 0 0 0-3.3 0L3.7 9A2.3 2.3 0 0 0 7 12.3l.9-.9",
  device: "M3.5 4.5h9v7h-9zM6 7h4v2H6zM5.5 2.5v2M8 2.5v2M10.5 2.5v2M5.5 11.5v2M8 11.5v2M10.5 11.5v2",
  key: "M5.2 8.3a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM7 9l6-6M10.5 5.5l1.7 1.7M8.6 7.4 10 8.8",
  basket: "M2.5 6.5h11l-1.3 6.5H3.8zM5.2 6.5 7 2.8M10.8 6.5 9 2.8M6.3 9v1.6M9.7 9v1.6",
  check: "m3.2 8.4 3.2 3.2 6.4-7",
  policies: "M4.5 2.5v11M8 2.5v11M11.5 2.5v11M3 9.5h3M6.5 5.5h3M10 10.5h3",
  calendar: "M2.5 4h11v9.5h-11zM2.5 7h11M5.3 2.5V5M10.7 2.5V5",
  command: "M3 4.5 6.5 8 3 11.5M8 11.5h5",
  download: "M8 2.5v7.2M4.9 6.8 8 9.9l3.1-3.1M3 13.5h10",
  back: "m9.8 4-4 4 4 4",
  up: "M8 13V3.4M4.4 7 8 3.4 11.6 7",
  eye: "M1.8 8S4 4 8 4s6.2 4 6.2 4-2.2 4-6.2 4-6.2-4-6.2-4ZM8 6.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4Z",
  eyeShut: "M1.8 8S4 4 8 4s6.2 4 6.2 4-2.2 4-6.2 4-6.2-4-6.2-4ZM3 13 13 3",
  terminal: "m3 4.5 3.5 3.5L3 11.5M8 12h5",
  disc: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM8 6.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4Z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L12.5 8z",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  print: "M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z",
  help: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM6.4 6.4a1.7 1.7 0 1 1 2.3 1.7c-.5.2-.7.5-.7 1.1M8 11.2v.1",
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
