import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ScheduleSettings, ScheduleSubject } from "../../contracts/schedules.ts";
import { createPortalClient, hasCode } from "../../server/api/client/portal-client.ts";

export type PutState = { readonly kind: "none" | "saving" } | { readonly kind: "refused"; readonly message: string };

/** Changes what one level sets itself, and loads the page anew. */
export function usePutSchedule(subject: ScheduleSubject, onDone: () => void) {
  const [state, setState] = useState<PutState>({ kind: "none" });
  const router = useRouter();
  const put = async (settings: ScheduleSettings) => {
    setState({ kind: "saving" });
    try {
      await createPortalClient({ portalUrl: "" }).schedules.put.mutate({ subject, settings });
      setState({ kind: "none" });
      onDone();
      router.refresh();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = hasCode(error, "schedule_invalid") ? reason : `Nothing was changed: ${reason}`;
      setState({ kind: "refused", message });
    }
  };
  return { state, put };
}
