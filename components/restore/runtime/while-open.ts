import type { OpenVault, VaultRoom } from "./vault-room.ts";

/** What is made of an open vault once, and forgotten when it locks. The answer throws VaultLockedError while it is locked. */
export function whileOpen<Made>(room: VaultRoom, make: (vault: OpenVault) => Made): () => Made {
  let kept: { readonly vault: OpenVault; readonly made: Made } | null = null;
  room.onLock(() => {
    kept = null;
  });
  return () => {
    const vault = room.requireOpen();
    if (kept?.vault !== vault) kept = { vault, made: make(vault) };
    return kept.made;
  };
}
