import type { TiersView } from "../../contracts/retention.ts";
import { Bytes } from "../format/bytes.tsx";
import { formatCount } from "../format/format-bytes.ts";
import { FigureRow } from "../ui/card.tsx";

/** What both tiers hold, and what that costs where the provider has named prices. */
export function TierFigures({ tiers }: { readonly tiers: TiersView }) {
  return (
    <FigureRow
      figures={[
        {
          label: "Backup tier",
          value: countWords(tiers.backup.snapshots),
          note: <Stored tier="backup" tiers={tiers} />,
        },
        { label: "Archive", value: countWords(tiers.archive.snapshots), note: <Stored tier="archive" tiers={tiers} /> },
        {
          label: "Under a hold",
          value: tiers.holds === 0 ? "none" : formatCount(tiers.holds),
          note: "kept until somebody lifts it",
        },
      ]}
    />
  );
}

function countWords(snapshots: number): string {
  return `${formatCount(snapshots)} ${snapshots === 1 ? "snapshot" : "snapshots"}`;
}

function Stored({ tier, tiers }: { readonly tier: "backup" | "archive"; readonly tiers: TiersView }) {
  const { storedBytes, monthlyCost } = tiers[tier];
  const { zones, currency } = tiers;
  return (
    <>
      <Bytes bytes={storedBytes} /> stored, in {zones === 1 ? "one zone" : `each of ${zones} zones`}
      {monthlyCost === null || currency === null ? null : `, ${formatMoney(monthlyCost, currency)} a month`}
    </>
  );
}

const LEAST_AMOUNT = 0.01;

function formatMoney(amount: number, currency: string): string {
  const { format } = new Intl.NumberFormat("en", { style: "currency", currency });
  return amount > 0 && amount < LEAST_AMOUNT ? `under ${format(LEAST_AMOUNT)}` : format(amount);
}
