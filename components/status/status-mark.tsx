import type { Shape, Status, Tone } from "./status.ts";

const MARK_TONE: Readonly<Record<Tone, string>> = {
  ok: "text-ok-mark",
  late: "text-late-mark",
  fail: "text-fail-mark",
  quiet: "text-ink-3",
  accent: "text-accent",
};

const WORD_TONE: Readonly<Record<Tone, string>> = {
  ok: "text-ok",
  late: "text-late",
  fail: "text-fail",
  quiet: "text-ink-3",
  accent: "text-accent",
};

/** Shape, word and colour of a state; `detail` follows the word ("Gaps, 2"). */
export function StatusMark({ status, detail }: { readonly status: Status; readonly detail?: string | undefined }) {
  return (
    <span className={`inline-flex items-center gap-[6px] font-[560] whitespace-nowrap ${WORD_TONE[status.tone]}`}>
      <StatusShape shape={status.shape} tone={status.tone} />
      {detail === undefined ? status.word : `${status.word}, ${detail}`}
    </span>
  );
}

interface StatusShapeProps {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly sizePx?: number;
  /** Where it names a state, instead of showing that something is in it. */
  readonly isStill?: boolean;
}

/** The shape alone, for rows of many; the word must stand beside it or in the label of the whole. */
export function StatusShape({ shape, tone, sizePx = 14, isStill = false }: StatusShapeProps) {
  return (
    <svg
      viewBox="0 0 14 14"
      width={sizePx}
      height={sizePx}
      className={`shrink-0 ${MARK_TONE[tone]} ${shape === "running" && !isStill ? "spin-slow" : ""}`}
      aria-hidden="true"
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {GLYPHS[shape]}
    </svg>
  );
}

const ON_MARK = "stroke-mark-glyph";

const GLYPHS: Readonly<Record<Shape, React.ReactNode>> = {
  check: (
    <>
      <circle cx="7" cy="7" r="6.5" fill="currentColor" />
      <path d="M4.2 7.2 6.2 9.2 9.9 5.2" className={ON_MARK} strokeWidth="1.5" />
    </>
  ),
  half: (
    <>
      <circle cx="7" cy="7" r="5.8" stroke="currentColor" strokeWidth="1.4" />
      <path d="M7 1.2A5.8 5.8 0 0 0 7 12.8Z" fill="currentColor" />
    </>
  ),
  triangle: (
    <>
      <path d="M7 .9 13.4 12.4H.6Z" fill="currentColor" stroke="currentColor" strokeWidth="1" />
      <path d="M7 5v3.4M7 10.4v.1" className={ON_MARK} strokeWidth="1.5" />
    </>
  ),
  octagon: (
    <>
      <path d="M4.3.6h5.4l3.7 3.7v5.4l-3.7 3.7H4.3L.6 9.7V4.3Z" fill="currentColor" />
      <path d="m4.9 4.9 4.2 4.2m0-4.2L4.9 9.1" className={ON_MARK} strokeWidth="1.5" />
    </>
  ),
  dashed: <circle cx="7" cy="7" r="5.8" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.4 2.15" />,
  running: <path d="M7 1.2A5.8 5.8 0 1 1 1.2 7" stroke="currentColor" strokeWidth="2" />,
  waiting: <circle cx="7" cy="7" r="5.8" stroke="currentColor" strokeWidth="1.2" />,
  slash: (
    <>
      <circle cx="7" cy="7" r="5.8" stroke="currentColor" strokeWidth="1.4" />
      <path d="m3.4 10.6 7.2-7.2" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
};
