import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInForm } from "../../components/session/sign-in-form.tsx";
import { homeOf } from "../../components/shell/home-of.ts";
import { Command } from "../../components/ui/command.tsx";
import { findPageSession } from "../../server/api/page-session.ts";
import { getPortalApi } from "../../server/api/portal-api-slot.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage() {
  const session = await findPageSession();
  if (session !== null) redirect(homeOf(session.viewer));
  const provider = await getPortalApi().findProvider();
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-12">
      <div className="w-full max-w-[380px]">
        <p className="flex items-center gap-2 text-title font-semibold">
          <span
            aria-hidden="true"
            className="grid size-[26px] place-items-center rounded-nav bg-ink text-label text-canvas"
          >
            {provider.name.slice(0, 1).toUpperCase()}
          </span>
          {provider.name}
        </p>
        <section className="mt-4 rounded-card border border-line bg-surface p-6 shadow-card">
          <h1 className="mb-4 text-headline font-semibold">
            {provider.hasStaff ? "Sign in" : "Nobody can sign in yet."}
          </h1>
          {provider.hasStaff ? <SignInForm /> : <FirstStaff />}
        </section>
        <p className="mt-4 text-small text-ink-3">
          Signing in does not open any keys. What is backed up stays sealed until its owner unlocks it.
        </p>
      </div>
    </main>
  );
}

/** An installation without people, as `--bare` leaves it. */
function FirstStaff() {
  return (
    <div className="text-ink-2">
      <p>
        This service was started bare, without any account. Start it again without that option, and its first staff
        account is written to demo.json in the data folder:
      </p>
      <Command>npm start</Command>
    </div>
  );
}
