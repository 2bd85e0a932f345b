import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { MachinePage } from "../../../../../../components/machines/machine-page.tsx";
import { cursorOf, nextHref } from "../../../../../../components/ui/next-href.ts";
import { openStaffPage, orNotFound } from "../../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../../page-input.ts";
import { readMachineRetention } from "../../../../machine-retention.ts";

export const metadata: Metadata = { title: "Machine" };

const RUNS_SHOWN = 10;

export default async function StaffMachinePage({ params, searchParams }: PageInput<"companyId" | "machineId">) {
  const { api, viewer } = await openStaffPage();
  const { companyId, machineId } = await params;
  const cursor = cursorOf(await searchParams);
  const machine = await orNotFound(api.machines.get({ machineId }));
  if (machine.companyId !== companyId) notFound();
  const snapshots = await orNotFound(api.snapshots.list({ companyId, machineId, cursor }));
  const runs = await api.runs.list({ companyId, machineId, limit: RUNS_SHOWN });
  const schedule = await api.schedules.get({ machineId: machine.machineId });
  return (
    <MachinePage
      path={[
        { href: "/companies", word: "Companies" },
        { href: `/companies/${companyId}`, word: machine.companyName },
      ]}
      machine={machine}
      snapshots={snapshots.rows}
      nextHref={nextHref(`/companies/${companyId}/machines/${machineId}`, snapshots.nextCursor)}
      runs={runs.rows}
      schedule={schedule}
      retention={await readMachineRetention(api, machine)}
      viewer={viewer}
    />
  );
}
