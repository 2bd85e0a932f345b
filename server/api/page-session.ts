import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { SessionViewerView } from "../../contracts/session.ts";
import type { MemberViewer, StaffViewer, Viewer } from "../../contracts/viewer.ts";
import type { PageApi } from "./page-caller.ts";
import { getPortalApi } from "./portal-api-slot.ts";

/** The API as the person in front of the page may call it; made once per answer. */
const openPageApi = cache(async (): Promise<PageApi> => getPortalApi().createPageApi(new Headers(await headers())));

/** Who looks at the page, for the shell around it; null for a visitor. */
export const findPageSession = cache(async (): Promise<SessionViewerView> => (await openPageApi()).session.viewer());

/** A page for staff: visitors go to the sign-in, members find nothing here. */
export async function openStaffPage(): Promise<{ api: PageApi; viewer: StaffViewer }> {
  const session = (await findPageSession()) ?? redirect("/sign-in");
  if (session.viewer.kind !== "staff") notFound();
  return { api: await openPageApi(), viewer: session.viewer };
}

/** A page for a company's own people: visitors go to the sign-in, staff find nothing here. */
export async function openMemberPage(): Promise<{ api: PageApi; viewer: MemberViewer }> {
  const session = (await findPageSession()) ?? redirect("/sign-in");
  if (session.viewer.kind !== "member") notFound();
  return { api: await openPageApi(), viewer: session.viewer };
}

/** A page that both have, each with their own sight: visitors go to the sign-in. */
export async function openViewerPage(): Promise<{ api: PageApi; viewer: Viewer }> {
  const session = (await findPageSession()) ?? redirect("/sign-in");
  return { api: await openPageApi(), viewer: session.viewer };
}

/** The answer, or the page that says there is no such thing; also for an id that is none. */
export async function orNotFound<View>(question: Promise<View>): Promise<View> {
  try {
    return await question;
  } catch (error) {
    const code = getPortalApi().errorCodeOf(error);
    if (code === "not_found" || code === "bad_input") notFound();
    throw error;
  }
}
