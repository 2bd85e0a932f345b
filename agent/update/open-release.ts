import {
  type AgentRelease,
  agentReleaseSchema,
  RELEASE_CONTEXT,
  type SignedRelease,
} from "../../contracts/agent-release.ts";
import { fromBase64 } from "../../engine/codec/hex.ts";
import { decodeUtf8, encodeUtf8 } from "../../engine/codec/text.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { AgentError } from "../state/agent-error.ts";

/**
 * What a signed release says, if the key that was pinned at the installation signed it.
 *
 * @throws AgentError `release_not_signed`, `release_unreadable`
 */
export function openRelease({ statement, signature }: SignedRelease, releaseKey: Uint8Array): AgentRelease {
  const bytes = fromBase64(statement);
  if (!nodePrimitives.isSignedBy(releaseKey, fromBase64(signature), encodeUtf8(RELEASE_CONTEXT), bytes)) {
    throw new AgentError(
      "release_not_signed",
      "the portal offers an agent that is not signed with the key of this installation; it stays as it is. If your provider has a new key, paste a new line of the portal",
    );
  }
  try {
    return agentReleaseSchema.parse(JSON.parse(decodeUtf8(bytes)));
  } catch {
    throw new AgentError("release_unreadable", "the portal offers an agent in a way that this version cannot read");
  }
}
