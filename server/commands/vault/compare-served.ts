import type { VaultFile, VaultHashes } from "../../../contracts/vault-hashes.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { ClientError } from "../owner/client-error.ts";

const ANSWER_WITHIN_MS = 60_000;
/** Documents are served at addresses of their own, too; these are what people open. */
const ALSO_AT: Readonly<Record<string, readonly string[]>> = {
  "index.html": ["/vault/", "/vault"],
  "link.html": ["/join/0", "/enrol/0"],
};

export interface ServedDifference {
  /** As it was asked for. */
  readonly address: string;
  readonly problem: "differs" | "missing";
  /** What was served instead; null when nothing was. */
  readonly sha256: string | null;
}

/**
 * Fetches every file of the vault, as a stranger without a cookie, and names each that is not byte for byte the expected one.
 *
 * @throws ClientError `portal_unreachable`
 */
export async function compareServed(portalUrl: string, { files }: VaultHashes): Promise<ServedDifference[]> {
  const found: ServedDifference[] = [];
  for (const file of files) {
    for (const address of [`/vault/${file.path}`, ...(ALSO_AT[file.path] ?? [])]) {
      const problem = await compareOne(portalUrl, address, file);
      if (problem !== null) found.push(problem);
    }
  }
  return found;
}

async function compareOne(portalUrl: string, address: string, file: VaultFile): Promise<ServedDifference | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    // A redirect would be code from another place.
    const response = await fetch(portalUrl + address, { redirect: "manual", signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      return { address, problem: "missing", sha256: null };
    }
    const sha256 = await hashBody(response.body, file.sizeBytes);
    return sha256 === file.sha256 ? null : { address, problem: "differs", sha256 };
  } catch (cause) {
    throw new ClientError("portal_unreachable", `${portalUrl} did not serve ${address}`, { cause });
  }
}

/** Reads one byte more than expected at most: a portal that is not honest might never end. */
async function hashBody(body: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<string> {
  const hash = nodePrimitives.sha256Start();
  let left = sizeBytes + 1;
  for await (const piece of body) {
    const taken = piece.subarray(0, left);
    hash.update(taken);
    left -= taken.length;
    if (left === 0) break;
  }
  return toHex(hash.digest());
}
