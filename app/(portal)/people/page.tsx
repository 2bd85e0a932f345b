import type { Metadata } from "next";
import { peopleHeadline } from "../../../components/people/people-headline.ts";
import { PeopleTable } from "../../../components/people/people-table.tsx";
import { KIND_CHOICES, PERSON_LIST, PERSON_SORT_WORDS } from "../../../components/people/person-list.ts";
import { ListCard } from "../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../components/tables/ways-out.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import { openStaffPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "People" };

export default async function PeoplePage({ searchParams }: PageInput) {
  const { api } = await openStaffPage();
  const list = readListState("/people", await searchParams, PERSON_LIST);
  const ask = (asked: typeof list, limit?: number) => {
    const [kind, ...others] = asked.filters;
    return api.people.list({ ...toListInput(asked), kind: others.length === 0 ? kind : undefined, limit });
  };
  const page = await orNotFound(ask(list));
  const everybody = await api.people.list({ limit: PAGE_MAX_COUNT });
  return (
    <>
      <PageHead
        headline={peopleHeadline(everybody.rows, everybody.nextCursor === null)}
        proof="Signing in opens the portal. What is stored opens with a passphrase that only the company's people have."
      />
      <ListCard
        title="People"
        state={list}
        sortWords={PERSON_SORT_WORDS}
        searchLabel="Find a person or company"
        filters={[{ title: "Kind", choices: KIND_CHOICES }]}
      >
        <PeopleTable
          rows={page.rows}
          list={list}
          nextHref={nextPageHref(list, page.nextCursor)}
          waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
          of="all"
        />
      </ListCard>
    </>
  );
}
