import type { Metadata } from "next";
import { FINDING_CHOICES, FINDING_LIST, FINDING_SORT_WORDS } from "../../../../components/findings/finding-list.ts";
import { findingsHeadline } from "../../../../components/findings/findings-headline.ts";
import { FindingsTable } from "../../../../components/findings/findings-table.tsx";
import { ListCard } from "../../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../../components/tables/ways-out.ts";
import { PageHead } from "../../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../../server/api/page-session.ts";
import type { PageInput } from "../../../page-input.ts";

export const metadata: Metadata = { title: "Findings" };

export default async function FindingsPage({ searchParams }: PageInput) {
  const { api } = await openStaffPage();
  const list = readListState("/zones/findings", await searchParams, FINDING_LIST);
  const ask = (asked: typeof list, limit?: number) =>
    api.zones.findings({ ...toListInput(asked), states: [...asked.filters], limit });
  const page = await orNotFound(ask(list));
  return (
    <>
      <PageHead
        headline={findingsHeadline(await api.zones.scrubs({}))}
        proof="A finding is one copy of an object in one zone that was read and had other bytes than its name says, or was not there."
      />
      <ListCard
        title="Findings"
        state={list}
        sortWords={FINDING_SORT_WORDS}
        searchLabel="Find a company"
        filters={[{ title: "State", choices: FINDING_CHOICES }]}
      >
        <FindingsTable
          rows={page.rows}
          list={list}
          nextHref={nextPageHref(list, page.nextCursor)}
          waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
        />
      </ListCard>
    </>
  );
}
