import type { Metadata } from "next";
import { ListCard } from "../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../components/tables/ways-out.ts";
import { Card } from "../../../components/ui/card.tsx";
import { EmptyState } from "../../../components/ui/empty-state.tsx";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { WATERMARK_LIST, WATERMARK_SORT_WORDS } from "../../../components/zones/watermark-list.ts";
import { WatermarksTable } from "../../../components/zones/watermarks-table.tsx";
import { ZoneCard } from "../../../components/zones/zone-card.tsx";
import { zonesHeadline } from "../../../components/zones/zones-headline.ts";
import { openStaffPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Zones" };

export default async function ZonesPage({ searchParams }: PageInput) {
  const { api } = await openStaffPage();
  const list = readListState("/zones", await searchParams, WATERMARK_LIST);
  const ask = (asked: typeof list, limit?: number) => api.zones.watermarks({ ...toListInput(asked), limit });
  const page = await orNotFound(ask(list));
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
      <ListCard title="Watermark and RPO" state={list} sortWords={WATERMARK_SORT_WORDS} searchLabel="Find a company">
        <WatermarksTable
          rows={page.rows}
          list={list}
          nextHref={nextPageHref(list, page.nextCursor)}
          waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
        />
      </ListCard>
    </>
  );
}
