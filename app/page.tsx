import { redirect } from "next/navigation";
import { homeOf } from "../components/shell/home-of.ts";
import { findPageSession } from "../server/api/page-session.ts";
import { getPortalApi } from "../server/api/portal-api-slot.ts";

/** The front door: everybody's own first page. */
export default async function FrontDoor() {
  const session = await findPageSession();
  if (session !== null) redirect(homeOf(session.viewer));
  const { hasStaff } = await getPortalApi().findProvider();
  redirect(hasStaff ? "/sign-in" : "/first-run");
}
