import { useRouter } from "next/navigation";
import { useState } from "react";
import { createPortalClient } from "../../server/api/client/portal-client.ts";

export type ChangeState = { readonly kind: "none" | "saving" } | { readonly kind: "refused"; readonly message: string };
type PortalClient = ReturnType<typeof createPortalClient>;

/** Changes something about what is kept, and loads the page anew. What is refused is said, and nothing has changed. */
export function useArchiveChange(onDone: () => void = () => undefined) {
  const [state, setState] = useState<ChangeState>({ kind: "none" });
  const router = useRouter();
  const change = async (work: (archive: PortalClient["archive"]) => Promise<unknown>) => {
    setState({ kind: "saving" });
    try {
      await work(createPortalClient({ portalUrl: "" }).archive);
      setState({ kind: "none" });
      onDone();
      router.refresh();
    } catch (error) {
      setState({ kind: "refused", message: error instanceof Error ? error.message : String(error) });
    }
  };
  return { state, change };
}
