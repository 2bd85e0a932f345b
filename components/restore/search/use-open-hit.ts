import { useState } from "react";
import { routeOfEntry } from "../route/route.ts";
import { goTo } from "../route/use-route.ts";
import type { SearchHit } from "../runtime/protocol/reading-calls.ts";
import { toFault } from "../runtime/rpc.ts";
import { useVault } from "../vault/vault-context.ts";

/** Opens what was found at its newest version; the tree confirms it, because a change list is a hint. */
export function useOpenHit(): { readonly refusal: string | null; open(hit: SearchHit): Promise<void> } {
  const { vault } = useVault();
  const [refusal, setRefusal] = useState<string | null>(null);
  const open = async (hit: SearchHit) => {
    try {
      const row = await vault.calls.findInSnapshot({ snapshotId: hit.snapshotId, path: hit.path });
      if (row === null)
        setRefusal(`${hit.name} is not where the change list says. The list was a hint, and it was wrong.`);
      else goTo(routeOfEntry(hit, { snapshotId: hit.snapshotId, steps: row.steps, isFolder: row.type === "folder" }));
    } catch (error) {
      setRefusal(`${hit.name} could not be opened: ${toFault(error).message}`);
    }
  };
  return { refusal, open };
}
