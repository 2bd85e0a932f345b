import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { Shell } from "../../components/shell/shell.tsx";
import { findPageSession, openViewerPage } from "../../server/api/page-session.ts";
import { DemoNoteHere } from "../demo-note.tsx";

/** Sidebar and top bar around every page of somebody who is signed in. */
export default async function PortalLayout({ children }: { readonly children: ReactNode }) {
  const session = (await findPageSession()) ?? redirect("/sign-in");
  const { api } = await openViewerPage();
  const { open, acknowledged } = await api.incidents.count({});
  return (
    <Shell session={session} openIncidents={open + acknowledged}>
      <DemoNoteHere />
      {children}
    </Shell>
  );
}
