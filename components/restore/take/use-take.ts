import { useState } from "react";
import { goTo } from "../route/use-route.ts";
import { openDownload } from "../runtime/open-download.ts";
import type { RestorePlan } from "../runtime/protocol/restore-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";
import { type Asked, useCall } from "../vault/use-call.ts";
import { useVault, type Vault } from "../vault/vault-context.ts";
import type { TakeRequest } from "./take-request.ts";

/** A ZIP, or the document itself; files in a folder; a command to copy. */
export type Way = "download" | "folder" | "command";

interface Take {
  readonly plan: Asked<RestorePlan>;
  readonly fault: VaultFault | null;
  readonly isStarting: boolean;
  start(way: Exclude<Way, "command">): Promise<void>;
}

/** Plans what was asked for, and starts it where the person chose. */
export function useTake(request: TakeRequest, onStarted: () => void): Take {
  const { vault } = useVault();
  const [restoreId] = useState(() => crypto.randomUUID());
  const [fault, setFault] = useState<VaultFault | null>(null);
  const [isStarting, setIsStarting] = useState(false);
  const plan = useCall(restoreId, () => vault.calls.planRestore({ restoreId, scope: request.scope }));

  async function start(way: Exclude<Way, "command">): Promise<void> {
    if (plan.value === undefined) return;
    setFault(null);
    setIsStarting(true);
    try {
      const isStarted = way === "folder" ? await startFolder(vault, restoreId) : await startDownload(vault, plan.value);
      if (!isStarted) return;
      onStarted();
      goTo({ kind: "restore", restoreId });
    } catch (error) {
      setFault(toFault(error));
    } finally {
      setIsStarting(false);
    }
  }
  return { plan, fault, isStarting, start };
}

async function startDownload(vault: Vault, plan: RestorePlan): Promise<true> {
  const { restoreId, fileName, lengthBytes, isSingleDocument } = plan;
  await openDownload(vault, { restoreId, way: isSingleDocument ? "document" : "zip", fileName, lengthBytes });
  return true;
}

/** False when the person chose no folder after all. */
async function startFolder(vault: Vault, restoreId: string): Promise<boolean> {
  const folder = await chooseFolder();
  if (folder === null) return false;
  await vault.calls.startRestore({ restoreId, way: "folder", folder });
  return true;
}

/** Chromium and its kin; nobody else lets a page write into a folder. */
export function canWriteFolders(): boolean {
  return "showDirectoryPicker" in globalThis;
}

async function chooseFolder(): Promise<FileSystemDirectoryHandle | null> {
  const { showDirectoryPicker } = globalThis as { showDirectoryPicker?: DirectoryPicker };
  if (showDirectoryPicker === undefined) return null;
  try {
    return await showDirectoryPicker({ id: "holdfast-restore", mode: "readwrite" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}

type DirectoryPicker = (options: { id: string; mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;
