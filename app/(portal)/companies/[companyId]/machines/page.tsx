import { redirect } from "next/navigation";
import { openStaffPage } from "../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../page-input.ts";

/** Whoever shortens a machine's address comes to the machines of its company. */
export default async function CompanyMachinesPage({ params }: PageInput<"companyId">) {
  await openStaffPage();
  redirect(`/companies/${(await params).companyId}`);
}
