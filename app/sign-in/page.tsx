import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { DoorFrame } from "../../components/session/door-frame.tsx";
import { SignInForm } from "../../components/session/sign-in-form.tsx";
import { homeOf } from "../../components/shell/home-of.ts";
import { findPageSession } from "../../server/api/page-session.ts";
import { getPortalApi } from "../../server/api/portal-api-slot.ts";
import { DemoNoteHere } from "../demo-note.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage() {
  const session = await findPageSession();
  if (session !== null) redirect(homeOf(session.viewer));
  const provider = await getPortalApi().findProvider();
  if (!provider.hasStaff) redirect("/first-run");
  return (
    <DoorFrame
      providerName={provider.name}
      headline="Sign in"
      note="Signing in does not open any keys. What is backed up stays sealed until its owner unlocks it."
      above={<DemoNoteHere />}
    >
      <SignInForm />
    </DoorFrame>
  );
}
