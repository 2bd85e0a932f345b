import { useRouter } from "next/navigation";
import { useState } from "react";
import { createPortalClient, type PortalClient } from "../../server/api/client/portal-client.ts";

export type ChangeState = { readonly kind: "none" | "saving" } | { readonly kind: "refused"; readonly message: string };

/** Changes something at the portal, and loads the page anew. What is refused is said, and nothing has changed. */
export function usePortalChange(onDone: () => void = () => undefined) {
  const [state, setState] = useState<ChangeState>({ kind: "none" });
  const router = useRouter();
  const change = async (work: (client: PortalClient) => Promise<unknown>) => {
    setState({ kind: "saving" });
    try {
      await work(createPortalClient({ portalUrl: "" }));
      setState({ kind: "none" });
      onDone();
      router.refresh();
    } catch (error) {
      setState({ kind: "refused", message: error instanceof Error ? error.message : String(error) });
    }
  };
  return { state, change };
}
