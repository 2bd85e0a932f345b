import type { CompanyId } from "../../contracts/ids.ts";
import type { HoldView, RetentionView, TiersView } from "../../contracts/retention.ts";
import { Card } from "../ui/card.tsx";
import { HoldsCard } from "./holds-card.tsx";
import { RetentionRow } from "./retention-row.tsx";
import { TierFigures } from "./tier-figures.tsx";

interface CompanyArchiveProps {
  readonly companyId: CompanyId;
  readonly tiers: TiersView;
  readonly retention: RetentionView;
  readonly holds: readonly HoldView[];
  readonly canEdit: boolean;
}

/** What a company keeps, for how long, and what is kept longer. */
export function CompanyArchive({ companyId, tiers, retention, holds, canEdit }: CompanyArchiveProps) {
  return (
    <>
      <TierFigures tiers={tiers} />
      <Card
        title="Retention"
        note={
          canEdit
            ? "machines and sources follow it unless they say otherwise"
            : "owners and the provider's admins change it"
        }
      >
        <ul>
          <RetentionRow
            name="All machines"
            subject={{ level: "company", companyId }}
            retention={retention}
            canEdit={canEdit}
          />
        </ul>
      </Card>
      <HoldsCard companyId={companyId} holds={holds} canEdit={canEdit} />
    </>
  );
}
