import { useRouter } from "next/navigation";
import { useState } from "react";
import { createPortalClient, hasCode } from "../../server/api/client/portal-client.ts";

export type AcknowledgeState =
  | { readonly kind: "none" | "saving" }
  | { readonly kind: "refused"; readonly message: string };

/** Says that somebody knows of an incident, and loads the page anew. */
export function useAcknowledge(incidentId: string, onDone: () => void) {
  const [state, setState] = useState<AcknowledgeState>({ kind: "none" });
  const router = useRouter();
  const acknowledge = async (note: string) => {
    setState({ kind: "saving" });
    try {
      await createPortalClient({ portalUrl: "" }).incidents.acknowledge.mutate({ incidentId, note });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // It has closed meanwhile: the page says so by itself.
      if (!hasCode(error, "incident_closed")) return setState({ kind: "refused", message: `Not noted: ${reason}` });
    }
    setState({ kind: "none" });
    onDone();
    router.refresh();
  };
  return { state, acknowledge };
}
