import type { Metadata } from "next";
import Link from "next/link";
import { lostHeadline } from "../../../components/findings/findings-headline.ts";
import { FindingsTable } from "../../../components/findings/findings-table.tsx";
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

const FINDINGS_SHOWN = 5;

export default async function ZonesPage({ searchParams }: PageInput) {
  const { api } = await openStaffPage();
  const list = readListState("/zones", await searchParams, WATERMARK_LIST);
  const ask = (asked: typeof list, limit?: number) => api.zones.watermarks({ ...toListInput(asked), limit });
  const page = await orNotFound(ask(list));
  const view = await api.zones.list({});
  const scrubs = await api.zones.scrubs({});
  const findings = await api.zones.findings({ limit: FINDINGS_SHOWN });
  return (
    <>
      <PageHead
        headline={[lostHeadline(scrubs), zonesHeadline(view)].filter((sentence) => sentence !== null).join(" ")}
        proof="A watermark is the greatest commit up to which every snapshot of a company is in a zone."
      />
      {view.zones.length === 0 ? (
        <Card title="Zones">
          <EmptyState title="No zone yet">A zone stands here as soon as a process has opened it.</EmptyState>
        </Card>
      ) : (
        <div className="grid gap-3 lg:grid-cols-2">
          {view.zones.map((zone) => (
            <ZoneCard key={zone.zoneId} zone={zone} scrub={scrubs.find((scrub) => scrub.zoneId === zone.zoneId)} />
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
      <Card
        title="Bad copies"
        note="without a good copy first"
        aside={
          <Link href="/zones/findings" className="rounded-key py-1 font-[560] text-accent hover:underline">
            All findings
          </Link>
        }
      >
        <FindingsTable rows={findings.rows} nextHref={null} />
      </Card>
    </>
  );
}
