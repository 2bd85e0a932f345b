import { redirect } from "next/navigation";
import { homeOf } from "../components/shell/home-of.ts";
import { findPageSession } from "../server/api/page-session.ts";

/** The front door: everybody's own first page. */
export default async function FrontDoor() {
  const session = await findPageSession();
  redirect(session === null ? "/sign-in" : homeOf(session.viewer));
}
