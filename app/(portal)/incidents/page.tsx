import type { Metadata } from "next";
import {
  INCIDENT_LIST,
  INCIDENT_SORT_WORDS,
  incidentFilters,
  incidentFiltersOf,
} from "../../../components/incidents/incident-list.ts";
import { incidentsHeadline } from "../../../components/incidents/incidents-headline.ts";
import { IncidentsTable } from "../../../components/incidents/incidents-table.tsx";
import { RefreshNowAndThen } from "../../../components/live/refresh-now-and-then.tsx";
import { RefreshWhenRunsChange } from "../../../components/live/refresh-when-runs-change.tsx";
import { ListCard } from "../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../components/tables/ways-out.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openViewerPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Incidents" };

/** Staff see those of every company and of the zones, members their own company's. */
export default async function IncidentsPage({ searchParams }: PageInput) {
  const { api, viewer } = await openViewerPage();
  const list = readListState("/incidents", await searchParams, INCIDENT_LIST);
  const ask = (asked: typeof list, limit?: number) =>
    api.incidents.list({ ...toListInput(asked), ...incidentFiltersOf(asked.filters), limit });
  const page = await orNotFound(ask(list));
  const canAcknowledge = viewer.kind === "staff" ? viewer.role !== "auditor" : viewer.role === "owner";
  return (
    <>
      <RefreshNowAndThen />
      <RefreshWhenRunsChange shown={[]} />
      <PageHead
        headline={incidentsHeadline(await api.incidents.count({}))}
        proof="An incident is something that a person should know. It is open until its cause is over, and closes by itself."
      />
      <ListCard
        title="Incidents"
        state={list}
        sortWords={INCIDENT_SORT_WORDS}
        searchLabel={viewer.kind === "staff" ? "Find a machine or company" : "Find a machine"}
        filters={incidentFilters(viewer.kind)}
      >
        <IncidentsTable
          rows={page.rows}
          list={list}
          nextHref={nextPageHref(list, page.nextCursor)}
          waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
          audience={viewer.kind}
          canAcknowledge={canAcknowledge}
        />
      </ListCard>
    </>
  );
}
