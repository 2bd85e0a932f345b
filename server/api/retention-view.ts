import { companyIdSchema } from "../../contracts/ids.ts";
import {
  RETENTION_FIELDS,
  type RetentionField,
  type RetentionView,
  type TiersView,
} from "../../contracts/retention.ts";
import type { SettingLevel } from "../../contracts/setting-levels.ts";
import { NOTHING_SET, resolveRetention } from "../domain/retention/effective-retention.ts";
import type { ArchiveStore, RetentionRow, TierFigures } from "../domain/store/archive-store.ts";

/** What a provider asks for a gigabyte (10^9 bytes) and month in one zone. */
export interface TierPrices {
  /** As ISO 4217 has it. */
  readonly currency: string;
  readonly backup: number;
  readonly archive: number;
}

const GIGABYTE = 1e9;

export function toRetentionView(level: SettingLevel, layers: readonly RetentionRow[]): RetentionView {
  const { values, from } = resolveRetention(layers);
  const figureOf = (field: RetentionField) => ({ value: values[field], from: from[field] });
  const effective = Object.fromEntries(RETENTION_FIELDS.map((field) => [field, figureOf(field)]));
  return {
    own: layers.find((layer) => layer.level === level)?.settings ?? NOTHING_SET,
    effective: effective as RetentionView["effective"],
  };
}

interface Costs {
  readonly zones: number;
  readonly prices: TierPrices | null;
}

export function toTiersView(
  companyId: string,
  { backup, archive, holds }: Awaited<ReturnType<ArchiveStore["readTiers"]>>,
  { zones, prices }: Costs,
): TiersView {
  const tierOf = (figures: TierFigures, price: number | undefined) => {
    const monthlyCost = price === undefined ? null : (figures.storedBytes / GIGABYTE) * price * zones;
    return { ...figures, monthlyCost };
  };
  return {
    companyId: companyIdSchema.parse(companyId),
    backup: tierOf(backup, prices?.backup),
    archive: tierOf(archive, prices?.archive),
    zones,
    currency: prices?.currency ?? null,
    holds,
  };
}
