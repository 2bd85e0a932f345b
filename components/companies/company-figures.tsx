import type { CompanyView } from "../../contracts/companies.ts";
import type { CompanyWatermarksView } from "../../contracts/zones.ts";
import { Bytes } from "../format/bytes.tsx";
import { formatCount } from "../format/format-bytes.ts";
import { formatDuration } from "../format/format-duration.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { ZonePairMark } from "../status/zone-pair.tsx";
import { FigureRow } from "../ui/card.tsx";

/** The facts of one company, each under its question. */
export function CompanyFigures(props: {
  readonly company: CompanyView;
  readonly watermarks: CompanyWatermarksView | undefined;
}) {
  const { company } = props;
  return (
    <FigureRow
      figures={[
        {
          label: "Last snapshot",
          value: company.lastSnapshotAt === null ? "none yet" : <Moment at={company.lastSnapshotAt} />,
          note: company.lastSnapshotAt === null ? undefined : <Ago at={company.lastSnapshotAt} />,
        },
        { label: "Copies", value: <Copies watermarks={props.watermarks} />, note: describeLag(props.watermarks) },
        {
          label: "Kept",
          value: `${formatCount(company.snapshotCount)} ${company.snapshotCount === 1 ? "snapshot" : "snapshots"}`,
          note: `${formatCount(company.machineCount)} ${company.machineCount === 1 ? "machine" : "machines"}`,
        },
        { label: "Stored", value: <Bytes bytes={company.storedBytes} />, note: "in each zone, sealed" },
      ]}
    />
  );
}

function Copies({ watermarks }: { readonly watermarks: CompanyWatermarksView | undefined }) {
  if (watermarks === undefined || watermarks.headCommit === 0) return "nothing stored yet";
  const [left, right] = watermarks.zones;
  const block = (zone: typeof left) => (zone === undefined ? "absent" : zone.behindCount === 0 ? "there" : "copying");
  return (
    <span className="inline-flex items-center gap-2">
      <ZonePairMark left={block(left)} right={block(right)} />
      {watermarks.zones.every((zone) => zone.behindCount === 0) ? "all in both zones" : "being copied"}
    </span>
  );
}

function describeLag(watermarks: CompanyWatermarksView | undefined): string | undefined {
  if (watermarks === undefined || watermarks.headCommit === 0) return undefined;
  const worst = watermarks.zones.reduce((most, zone) => Math.max(most, zone.lagMs), 0);
  return worst === 0 ? "nothing left to copy" : `the oldest missing one is ${formatDuration(worst)} old`;
}
