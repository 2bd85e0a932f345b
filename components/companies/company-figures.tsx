import type { CompanyView } from "../../contracts/companies.ts";
import type { CompanyWatermarksView, ZoneView } from "../../contracts/zones.ts";
import { Bytes } from "../format/bytes.tsx";
import { formatCount } from "../format/format-bytes.ts";
import { formatDuration } from "../format/format-duration.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { ZonePairMark } from "../status/zone-pair.tsx";
import { FigureRow } from "../ui/card.tsx";
import { describeWatermarks, watermarkBlock } from "../zones/watermark-block.ts";

interface CompanyFiguresProps {
  readonly company: CompanyView;
  readonly watermarks: CompanyWatermarksView | undefined;
  readonly zones: readonly ZoneView[];
}

/** The facts of one company, each under its question. */
export function CompanyFigures(props: CompanyFiguresProps) {
  const { company } = props;
  return (
    <FigureRow
      figures={[
        {
          label: "Last snapshot",
          value: company.lastSnapshotAt === null ? "none yet" : <Moment at={company.lastSnapshotAt} />,
          note: company.lastSnapshotAt === null ? undefined : <Ago at={company.lastSnapshotAt} />,
        },
        {
          label: "Copies",
          value: <Copies watermarks={props.watermarks} zones={props.zones} />,
          note: describeLag(props.watermarks),
        },
        {
          label: "Kept",
          value: `${formatCount(company.snapshotCount)} ${company.snapshotCount === 1 ? "snapshot" : "snapshots"}`,
          note: `${formatCount(company.machineCount)} ${company.machineCount === 1 ? "machine" : "machines"}`,
        },
        { label: "Stored", value: <Bytes bytes={company.storedBytes} />, note: "sealed; each zone keeps a copy" },
      ]}
    />
  );
}

function Copies({ watermarks, zones }: Pick<CompanyFiguresProps, "watermarks" | "zones">) {
  if (watermarks === undefined || watermarks.headCommit === 0) return "nothing stored yet";
  return (
    <span className="inline-flex items-center gap-2">
      <ZonePairMark left={watermarkBlock(watermarks, 0, zones)} right={watermarkBlock(watermarks, 1, zones)} />
      {describeWatermarks(watermarks, zones)}
    </span>
  );
}

function describeLag(watermarks: CompanyWatermarksView | undefined): string | undefined {
  if (watermarks === undefined || watermarks.headCommit === 0) return undefined;
  const worst = watermarks.zones.reduce((most, zone) => Math.max(most, zone.lagMs), 0);
  return worst === 0 ? "nothing left to copy" : `the oldest missing one is ${formatDuration(worst)} old`;
}
