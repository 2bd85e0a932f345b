import { Bytes } from "../../format/bytes.tsx";
import { Moment } from "../../format/moment.tsx";
import { LoadingLine } from "../frame/loading-line.tsx";
import type { DocumentVersion, VersionList } from "../runtime/protocol/reading-calls.ts";
import type { Asked } from "../vault/use-call.ts";

/** All times of one document, newest first; a click moves the playhead there. */
export function VersionsList(props: {
  readonly asked: Asked<VersionList>;
  /** When the snapshot that is shown was taken, Unix ms. */
  readonly shownAtMs: number;
  readonly onGo: (version: DocumentVersion) => void;
}) {
  const { asked } = props;
  const list = asked.isCurrent ? asked.value : undefined;
  if (asked.fault !== null) {
    return (
      <section className="px-4 py-3" aria-label="Versions">
        <p className="text-small text-ink-2">Its other versions could not be listed: {asked.fault.message}</p>
      </section>
    );
  }
  if (list === undefined) return <LoadingLine label="Reading the change lists" />;
  const present = list.versions.filter(({ op }) => op === "present");
  // The version that is shown began at or before the snapshot that is shown.
  const shown = list.versions.find(({ receivedAtMs }) => receivedAtMs <= props.shownAtMs);
  return (
    <section aria-label="Versions" className="pt-3">
      <h3 className="px-4 pb-1 text-label font-semibold">
        {present.length === 1 ? "1 version" : `${present.length} versions`}
      </h3>
      <ol>
        {list.versions.map((version, at) => (
          <li key={version.snapshotId}>
            <VersionLine
              version={version}
              older={list.versions[at + 1]}
              isShown={version === shown}
              onGo={() => props.onGo(version)}
            />
          </li>
        ))}
      </ol>
      {list.problems.map((problem) => (
        <p key={problem} role="alert" className="mx-4 mt-2 rounded-control bg-late-soft px-3 py-2 text-small text-late">
          {problem}
        </p>
      ))}
    </section>
  );
}

function VersionLine(props: {
  readonly version: DocumentVersion;
  readonly older: DocumentVersion | undefined;
  readonly isShown: boolean;
  readonly onGo: () => void;
}) {
  const { version, older, isShown } = props;
  const isGone = version.op === "gone";
  const isResized = older?.op === "present" && older.sizeBytes !== version.sizeBytes;
  const note = isShown ? "shown here" : isGone ? "gone from here on" : isResized ? "size changed" : "";
  return (
    <button
      type="button"
      disabled={isGone}
      onClick={props.onGo}
      aria-current={isShown ? "true" : undefined}
      className="grid min-h-[31px] w-full grid-cols-[22px_minmax(110px,auto)_80px_1fr] items-center px-4 text-left text-label enabled:hover:bg-hover disabled:text-ink-3 aria-[current]:bg-accent-soft aria-[current]:font-[560] max-sm:min-h-11"
    >
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <circle
          cx="5"
          cy="5"
          r="4"
          strokeWidth="1.4"
          strokeDasharray={isGone ? "2 1.6" : undefined}
          className={isShown ? "fill-accent stroke-accent" : "fill-transparent stroke-ink-2"}
        />
      </svg>
      <Moment at={new Date(version.receivedAtMs)} />
      <span className="pl-3 font-normal text-ink-2">{isGone ? "" : <Bytes bytes={version.sizeBytes} />}</span>
      <span className="truncate pl-3 text-small font-normal text-ink-3">{note}</span>
    </button>
  );
}
