import { cookies } from "next/headers";
import { DemoNote } from "../components/demo/demo-note.tsx";
import { DEMO_NOTE_COOKIE } from "../components/demo/demo-note-cookie.ts";
import { getPortalApi } from "../server/api/portal-api-slot.ts";

/** The note about the demo; nothing on every other installation, and where it was hidden. */
export async function DemoNoteHere() {
  const { demoFile } = getPortalApi();
  if (demoFile === null || (await cookies()).get(DEMO_NOTE_COOKIE)?.value === "hidden") return null;
  return <DemoNote demoFile={demoFile} />;
}
