/**
 * What the journeys of the vault call in the page: the client of its worker and the page's part of a download, without the screens. Bundled by
 * the test and run in the vault's own document.
 */
import { openDownload, registerDownloads } from "../components/restore/runtime/open-download.ts";
import type { RestoreProgress } from "../components/restore/runtime/protocol/restore-calls.ts";
import type { VaultCalls } from "../components/restore/runtime/protocol/vault-protocol.ts";
import { type CallClient, openCalls } from "../components/restore/runtime/rpc.ts";

declare global {
  interface Window {
    vaultPage: VaultPage;
  }
}

export interface VaultPage extends CallClient<VaultCalls> {
  readonly openDownload: typeof openDownload;
  readonly registerDownloads: typeof registerDownloads;
  /** The last progress of each restore. */
  readonly progress: Map<string, RestoreProgress>;
  readonly told: RestoreProgress[];
}

/** @param script address of the vault's worker */
export function openVaultPage(script: string): VaultPage {
  const client = openCalls<VaultCalls>(new Worker(script, { type: "module" }));
  const progress = new Map<string, RestoreProgress>();
  const told: RestoreProgress[] = [];
  client.onEvent((event) => {
    if (event.kind !== "restore") return;
    progress.set(event.restore.restoreId, event.restore);
    told.push(event.restore);
  });
  return { ...client, openDownload, registerDownloads, progress, told };
}
