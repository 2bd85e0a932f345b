import type { Metadata } from "next";
import { LiveNote } from "../../../components/live/live-note.tsx";
import { RefreshWhenRunsChange } from "../../../components/live/refresh-when-runs-change.tsx";
import { OUTCOME_CHOICES, openRunIds, RUN_LIST, RUN_SORT_WORDS } from "../../../components/runs/run-list.ts";
import { runsHeadline } from "../../../components/runs/runs-headline.ts";
import { RunsTable } from "../../../components/runs/runs-table.tsx";
import { ListCard } from "../../../components/tables/list-card.tsx";
import { isPart, nextPageHref, readListState } from "../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../components/tables/ways-out.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Runs" };

export default async function RunsPage({ searchParams }: PageInput) {
  const { api } = await openStaffPage();
  const list = readListState("/runs", await searchParams, RUN_LIST);
  const ask = ({ search, filters, cursor }: typeof list, limit?: number) =>
    api.runs.list({ search, outcomes: [...filters], cursor, limit });
  const page = await orNotFound(ask(list));
  const newest = isPart(list) ? await api.runs.list({}) : page;
  return (
    <>
      <RefreshWhenRunsChange shown={openRunIds(newest.rows)} />
      <PageHead headline={runsHeadline(newest.rows)} actions={<LiveNote />} />
      <ListCard
        title="Runs"
        state={list}
        sortWords={RUN_SORT_WORDS}
        searchLabel="Find a machine or company"
        filters={[{ title: "Outcome", choices: OUTCOME_CHOICES }]}
      >
        <RunsTable
          rows={page.rows}
          list={list}
          nextHref={nextPageHref(list, page.nextCursor)}
          waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
        />
      </ListCard>
    </>
  );
}
