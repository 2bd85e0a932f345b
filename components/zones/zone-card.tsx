import type { ZoneScrubView } from "../../contracts/scrubs.ts";
import type { ZoneView } from "../../contracts/zones.ts";
import { formatBytes, formatCount } from "../format/format-bytes.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { ZONE_STATUS } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { Card } from "../ui/card.tsx";

const KIND = { fs: "mounted folder", s3: "S3-compatible cluster", memory: "memory, for tests" } as const;

interface ZoneCardProps {
  readonly zone: ZoneView;
  /** Absent where there is no room to say how far the reading of all copies is. */
  readonly scrub?: ZoneScrubView | undefined;
}

/** One zone: its state, what the last probe measured, and how far the reading of all copies is. */
export function ZoneCard({ zone, scrub }: ZoneCardProps) {
  const { probe } = zone;
  return (
    <Card title={`Zone ${zone.ordinal}`} note={KIND[zone.kind]} aside={<StatusMark status={ZONE_STATUS[zone.state]} />}>
      <dl className="grid grid-cols-3 border-t border-line max-sm:grid-cols-1">
        <Fact label="Last probe" value={zone.probedAt === null ? "not yet" : <Moment at={zone.probedAt} />}>
          {zone.probedAt === null ? "The first comes within a minute" : <Ago at={zone.probedAt} />}
        </Fact>
        <Fact label="Write, read back, delete" value={latencyOf(zone)}>
          {probe?.errorCode == null ? "no error" : `error ${probe.errorCode}`}
        </Fact>
        <Fact label="Free" value={probe?.freeBytes == null ? "unknown" : formatBytes(probe.freeBytes)}>
          {totalOf(zone)}
        </Fact>
      </dl>
      {scrub === undefined ? null : <ScrubFacts scrub={scrub} />}
    </Card>
  );
}

function ScrubFacts({ scrub: { lastFullAt, percent, findings } }: { readonly scrub: ZoneScrubView }) {
  const bad = findings.open + findings.lost;
  return (
    <dl className="grid grid-cols-3 border-t border-line max-sm:grid-cols-1">
      <Fact label="Last full scrub" value={lastFullAt === null ? "not yet" : <Moment at={lastFullAt} />}>
        {percent === null ? "nothing to read yet" : `${percent} % of the round under way`}
      </Fact>
      <Fact label="Bad copies now" value={formatCount(bad)}>
        {findings.lost > 0
          ? `${formatCount(findings.lost)} without a good one`
          : bad === 0
            ? "none known"
            : "being healed"}
      </Fact>
      <Fact label="Healed" value={formatCount(findings.healed)}>
        {findings.healed === 0 ? "none so far" : "good copies written anew"}
      </Fact>
    </dl>
  );
}

function latencyOf({ probe }: ZoneView): string {
  if (probe === null) return "not yet";
  return probe.errorCode === null ? `${Math.max(1, Math.round(probe.latencyMs))} ms` : "did not end";
}

function totalOf({ probe, state }: ZoneView): string {
  if (probe?.totalBytes != null) return `of ${formatBytes(probe.totalBytes)}`;
  return state === "unreachable" ? "until it is back" : "this kind of zone does not say";
}

function Fact(props: { label: string; value: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className="border-line px-4 py-3 sm:not-last:border-r max-sm:not-last:border-b">
      <dt className="text-small text-ink-3">{props.label}</dt>
      <dd className="mt-1 text-title font-[560]">{props.value}</dd>
      <dd className="text-small text-ink-2">{props.children}</dd>
    </div>
  );
}
