import { useEffect, useState } from "react";
import { type VaultHashes, vaultHashesSchema } from "../../contracts/vault-hashes.ts";

export type ServedHashes =
  | { readonly kind: "loading" }
  | { readonly kind: "known"; readonly hashes: VaultHashes }
  | { readonly kind: "absent"; readonly why: string };

/** The address of this portal; a server that renders the page does not know it. */
export function usePortalAddress(): string {
  const [address, setAddress] = useState("https://backup.example.com");
  useEffect(() => setAddress(location.origin), []);
  return address;
}

/** What the portal says that it serves as the vault: [Note: The hashes of the vault]. */
export function useVaultHashes(): ServedHashes {
  const [served, setServed] = useState<ServedHashes>({ kind: "loading" });
  useEffect(() => {
    const leave = new AbortController();
    readHashes(leave.signal).then(
      (hashes) => setServed({ kind: "known", hashes }),
      (error: unknown) => {
        if (!leave.signal.aborted) setServed({ kind: "absent", why: error instanceof Error ? error.message : "" });
      },
    );
    return () => leave.abort();
  }, []);
  return served;
}

async function readHashes(signal: AbortSignal): Promise<VaultHashes> {
  const response = await fetch("/vault/hashes.json", { signal, cache: "no-store" });
  if (!response.ok) throw new Error(`The portal answered with ${response.status}.`);
  return vaultHashesSchema.parse(await response.json());
}
