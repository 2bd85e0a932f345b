"use client";

import { Moment } from "../format/moment.tsx";
import { useLiveState } from "./live-provider.tsx";

/** Whether what the page shows of open runs is what happens now. */
export function LiveNote() {
  const { connection } = useLiveState();
  return (
    <p role="status" className="flex min-h-[30px] items-center gap-2 text-small text-ink-2">
      {connection.kind === "live" ? (
        <>
          <span aria-hidden="true" className="size-[7px] rounded-full bg-ok-mark" />
          Live
        </>
      ) : null}
      {connection.kind === "lost" ? (
        <>
          <span aria-hidden="true" className="size-[7px] rounded-full border border-late-mark" />
          <span className="text-late">
            Not live since <Moment at={new Date(connection.sinceMs)} />, trying again
          </span>
        </>
      ) : null}
      {connection.kind === "signed_out" ? "Not live: the session has ended. Sign in again." : null}
    </p>
  );
}
