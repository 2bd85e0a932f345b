import type { Metadata } from "next";
import { Card } from "../../../components/ui/card.tsx";
import { EmptyState } from "../../../components/ui/empty-state.tsx";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { WatermarksTable } from "../../../components/zones/watermarks-table.tsx";
import { ZoneCard } from "../../../components/zones/zone-card.tsx";
import { zonesHeadline } from "../../../components/zones/zones-headline.ts";
import { openStaffPage } from "../../../server/api/page-session.ts";

export const metadata: Metadata = { title: "Zones" };

export default async function ZonesPage() {
  const { api } = await openStaffPage();
  const view = await api.zones.list({});
  return (
    <>
      <PageHead
        headline={zonesHeadline(view)}
        proof="A watermark is the greatest commit up to which every snapshot of a company is in a zone."
      />
      {view.zones.length === 0 ? (
        <Card title="Zones">
          <EmptyState title="No zone yet">A zone stands here as soon as a process has opened it.</EmptyState>
        </Card>
      ) : (
        <div className="grid gap-3 lg:grid-cols-2">
          {view.zones.map((zone) => (
            <ZoneCard key={zone.zoneId} zone={zone} />
          ))}
        </div>
      )}
      <Card title="Watermark and RPO" note="furthest behind first">
        <WatermarksTable rows={view.companies} />
      </Card>
    </>
  );
}
