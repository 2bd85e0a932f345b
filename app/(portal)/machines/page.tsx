import type { Metadata } from "next";
import { machinesHeadline } from "../../../components/machines/machine-headline.ts";
import { MachinesTable } from "../../../components/machines/machines-table.tsx";
import { Card } from "../../../components/ui/card.tsx";
import { cursorOf, nextHref } from "../../../components/ui/next-href.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openMemberPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Machines" };

export default async function MachinesPage({ searchParams }: PageInput) {
  const { api } = await openMemberPage();
  const cursor = cursorOf(await searchParams);
  const page = await orNotFound(api.machines.list({ cursor }));
  return (
    <>
      <PageHead headline={machinesHeadline(page.rows, page.nextCursor === null && cursor === undefined)} />
      <Card title="Machines">
        <MachinesTable rows={page.rows} nextHref={nextHref("/machines", page.nextCursor)} audience="member" />
      </Card>
    </>
  );
}
