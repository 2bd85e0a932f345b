import type { Metadata } from "next";
import { MachinePage } from "../../../../components/machines/machine-page.tsx";
import { cursorOf, nextHref } from "../../../../components/ui/next-href.ts";
import { openMemberPage, orNotFound } from "../../../../server/api/page-session.ts";
import type { PageInput } from "../../../page-input.ts";
import { readMachineRetention } from "../../machine-retention.ts";

export const metadata: Metadata = { title: "Machine" };

export default async function MemberMachinePage({ params, searchParams }: PageInput<"machineId">) {
  const { api, viewer } = await openMemberPage();
  const { machineId } = await params;
  const machine = await orNotFound(api.machines.get({ machineId }));
  const snapshots = await orNotFound(api.snapshots.list({ machineId, cursor: cursorOf(await searchParams) }));
  const schedule = await api.schedules.get({ machineId: machine.machineId });
  return (
    <MachinePage
      path={[{ href: "/machines", word: "Machines" }]}
      machine={machine}
      snapshots={snapshots.rows}
      nextHref={nextHref(`/machines/${machineId}`, snapshots.nextCursor)}
      runs={null}
      schedule={schedule}
      retention={await readMachineRetention(api, machine)}
      viewer={viewer}
    />
  );
}
