import { useSyncExternalStore } from "react";
import { LinkScreen } from "../enrol/link-screen.tsx";
import { type Door, parseDoor } from "../route/door.ts";
import type { VaultCalls } from "../runtime/protocol/vault-protocol.ts";
import type { CallClient } from "../runtime/rpc.ts";
import { ClosedInvitation } from "./closed-invitation.tsx";
import { OnboardScreen } from "./onboard-screen.tsx";

const CUT = { code: "bad_link", message: "the link is not whole", retryable: false };

function subscribe(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
}

/** The door in the address; null for every other place of the vault. */
export function useDoor(): Door | null {
  const fragment = useSyncExternalStore(subscribe, () => location.hash);
  return parseDoor(fragment, location.origin);
}

/** For people who are not signed in yet, and for links that went astray. */
export function DoorScreen({ vault, door }: { readonly vault: CallClient<VaultCalls>; readonly door: Door }) {
  if (door.isCut) return <ClosedInvitation fault={CUT} />;
  if (door.kind === "onboard") return <OnboardScreen vault={vault} link={door.link} />;
  return door.link === null ? <ClosedInvitation fault={CUT} /> : <LinkScreen link={door.link} />;
}
