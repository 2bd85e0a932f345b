import { encodeUtf8 } from "../../../engine/codec/text.ts";
import type { DomainDeps } from "../domain-deps.ts";

/** Ends a session; ending it twice succeeds. */
export async function signOut(
  { store, primitives }: Pick<DomainDeps, "store" | "primitives">,
  sessionToken: string,
): Promise<void> {
  await store.endSession(primitives.sha256(encodeUtf8(sessionToken)));
}
