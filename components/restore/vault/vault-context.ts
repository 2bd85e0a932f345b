import { createContext, useContext } from "react";
import type { VaultLock, VaultPerson } from "../runtime/protocol/session-calls.ts";
import type { VaultCalls } from "../runtime/protocol/vault-protocol.ts";
import type { CallClient } from "../runtime/rpc.ts";

export type Vault = CallClient<VaultCalls>;

/** What every screen of a member may ask for. */
export interface VaultScene {
  readonly vault: Vault;
  readonly person: VaultPerson;
  readonly lock: VaultLock;
  readonly isOpen: boolean;
}

export const VaultContext = createContext<VaultScene | null>(null);

export function useVault(): VaultScene {
  const scene = useContext(VaultContext);
  if (scene === null) throw new Error("this is shown outside of the vault");
  return scene;
}
