import type { VaultCalls } from "./protocol/vault-protocol.ts";
import { type CallClient, openCalls } from "./rpc.ts";

/** The page's vault: one worker for the life of the document. */
export function openVault(): CallClient<VaultCalls> {
  return openCalls<VaultCalls>(new Worker(new URL("./vault-worker.ts", import.meta.url), { type: "module" }));
}
