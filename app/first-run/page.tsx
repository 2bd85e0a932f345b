import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { DoorFrame } from "../../components/session/door-frame.tsx";
import { FirstRunForm } from "../../components/setup/first-run-form.tsx";
import { getPortalApi } from "../../server/api/portal-api-slot.ts";

export const metadata: Metadata = { title: "First run" };

/** An installation without people, as `--bare` leaves it. */
export default async function FirstRunPage() {
  const provider = await getPortalApi().findProvider();
  if (provider.hasStaff) redirect("/");
  return (
    <DoorFrame
      providerName="Holdfast"
      headline="Make this service yours."
      note="Staff see machines, times and sizes. What is backed up opens for its company alone."
    >
      <FirstRunForm />
    </DoorFrame>
  );
}
