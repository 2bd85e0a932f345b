import { Bytes } from "../../format/bytes.tsx";
import { formatCount } from "../../format/format-bytes.ts";
import { Moment } from "../../format/moment.tsx";
import { useReader } from "../../format/reader-context.ts";
import { outcomeStatus, type Status } from "../../status/status.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { ZonePair } from "../../status/zone-pair.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { formatRoute } from "../route/route.ts";
import { momentCommands } from "../take/command-lines.ts";
import { useTaking } from "../take/take-context.tsx";
import { useVault } from "../vault/vault-context.ts";
import { type CompanyRow, companyHeadline } from "./company-rows.ts";

const NOT_GENUINE: Status = { word: "Not genuine", shape: "octagon", tone: "fail" };

/** One row for each source of each machine as of the moment, and the way to take all of it home. */
export function CompanyTable(props: {
  readonly rows: readonly CompanyRow[];
  readonly machineId: string | null;
  readonly machineName: string | null;
  readonly atMs: number | null;
}) {
  const { rows } = props;
  if (rows.length === 0) {
    return (
      <EmptyState title="No machine yet">
        <p>Create a link, run one command on the machine, and its first backup can start.</p>
      </EmptyState>
    );
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
        <h2 className="text-title font-semibold">{companyHeadline(rows)}</h2>
        <RestoreMoment {...props} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label="Sources as of this moment" tabIndex={0} className="min-h-0 flex-1 overflow-auto">
        <table className="w-full border-collapse text-left text-label max-sm:block">
          <thead className="max-sm:sr-only">
            <tr className="text-small text-ink-3">
              {["Machine", "Source", "Snapshot", "Outcome", "Copies"].map((word) => (
                <th key={word} scope="col" className="h-8 px-3 font-normal first:pl-4">
                  {word}
                </th>
              ))}
              <th scope="col" className="px-3 text-right font-normal">
                Documents
              </th>
              <th scope="col" className="px-4 text-right font-normal">
                Size
              </th>
            </tr>
          </thead>
          <tbody className="max-sm:block">
            {rows.map((row) => (
              <SourceLine key={row.source?.sourceId ?? row.machineId} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** Takes everything home as the table shows it; for whoever has unlocked. */
function RestoreMoment(props: {
  readonly rows: readonly CompanyRow[];
  readonly machineId: string | null;
  readonly machineName: string | null;
  readonly atMs: number | null;
}) {
  const { isOpen } = useVault();
  const { ask } = useTaking();
  const { nowMs } = useReader();
  if (!isOpen || props.rows.every(({ point }) => point === null)) return null;
  const atMs = props.atMs ?? Math.max(nowMs, ...props.rows.map(({ point }) => point?.receivedAtMs ?? 0));
  const { machineId } = props;
  return (
    <Button
      look="solid"
      className="ml-auto"
      onClick={() => ask({ scope: { kind: "moment", machineId, atMs }, commands: momentCommands(machineId, atMs) })}
    >
      <Icon name="download" sizePx={14} />
      {machineId === null ? "Restore the company" : `Restore ${props.machineName ?? "the machine"}`}
    </Button>
  );
}

/** A phone has no columns: what and how much, then when and how it went, in the order of the table. */
const CELL =
  "h-10 px-3 py-2 first:pl-4 last:pr-4 max-sm:inline-flex max-sm:h-auto max-sm:items-center max-sm:p-0 max-sm:first:pl-0 max-sm:last:pr-0 max-sm:empty:hidden";

function SourceLine({ row }: { readonly row: CompanyRow }) {
  const { machineId, source, point } = row;
  const snapshotId = point?.snapshotId ?? null;
  return (
    <tr className="border-t border-line hover:bg-hover max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-3 max-sm:gap-y-1 max-sm:px-4 max-sm:py-2">
      <td className={CELL}>
        <a
          className="rounded-key font-[560] hover:text-accent hover:underline"
          href={formatRoute({ kind: "machine", machineId, atMs: null })}
        >
          {row.machineName}
        </a>
      </td>
      <td className={CELL}>
        {source === null ? (
          <span className="text-ink-3">nothing backed up yet</span>
        ) : point === null ? (
          source.word
        ) : (
          <a
            className="inline-flex min-h-6 items-center gap-2 rounded-key font-[560] text-accent hover:underline max-sm:min-h-11"
            href={formatRoute({
              kind: "source",
              machineId,
              sourceId: source.sourceId,
              snapshotId,
              steps: [],
              document: null,
            })}
          >
            <Icon name="folder" />
            {source.word}
          </a>
        )}
      </td>
      <td className={`${CELL} text-ink-2 max-sm:basis-full`}>
        {point === null ? (
          <span className="text-ink-3">none at or before this moment</span>
        ) : (
          <Moment at={new Date(point.receivedAtMs)} />
        )}
      </td>
      <td className={CELL}>
        {point === null ? null : (
          <StatusMark
            status={point.problem === null ? outcomeStatus(point.outcome) : NOT_GENUINE}
            detail={point.problem === null && point.gaps > 0 ? formatCount(point.gaps) : undefined}
          />
        )}
      </td>
      <td className={CELL}>{point === null ? null : <ZonePair copies={point.copies} />}</td>
      <td className={`${CELL} text-right text-ink-2`}>
        {point === null ? null : (
          <>
            {formatCount(point.files)}
            <span className="sm:hidden">&nbsp;{point.files === 1 ? "document" : "documents"}</span>
          </>
        )}
      </td>
      <td className={`${CELL} text-right text-ink-2`}>{point === null ? null : <Bytes bytes={point.bytes} />}</td>
    </tr>
  );
}
