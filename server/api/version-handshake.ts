import { isOlderVersion, type SignedRelease } from "../../contracts/agent-release.ts";
import {
  AGENT_MIN_VERSION,
  AGENT_VERSION_HEADER,
  PROTOCOL_HEADER,
  PROTOCOL_MIN_VERSION,
  PROTOCOL_VERSION,
} from "../../contracts/limits.ts";
import type { PublishedReleases } from "../platform/published-releases.ts";
import { ApiError } from "./api-error.ts";

/**
 * Compares what a client says it speaks with what this server speaks. Browsers say nothing: they run our own code.
 *
 * @throws ApiError `agent_too_old`, with what to become if there is something newer, or `agent_too_new`
 */
export async function requireSpokenVersion(
  headers: Headers,
  { isAgent, releases }: { readonly isAgent: boolean; readonly releases: PublishedReleases },
): Promise<void> {
  const protocol = headers.get(PROTOCOL_HEADER);
  if (protocol === null && !isAgent) return;
  const spoken = /^[0-9]{1,6}$/.test(protocol ?? "") ? Number(protocol) : 0;
  if (spoken > PROTOCOL_VERSION) {
    throw new ApiError(
      "agent_too_new",
      `This program speaks protocol ${spoken}, this server up to ${PROTOCOL_VERSION}. Update the server first.`,
    );
  }
  const version = headers.get(AGENT_VERSION_HEADER);
  if (spoken < PROTOCOL_MIN_VERSION || (version !== null && isOlderVersion(version, AGENT_MIN_VERSION))) {
    throw new ApiError(
      "agent_too_old",
      `This program is too old for this server, which needs ${AGENT_MIN_VERSION} or later. Update it and try again.`,
      { update: await offeredUpdate(headers, releases) },
    );
  }
}

/** What an agent is offered: a published release that is newer than the agent which asks. */
export async function offeredUpdate(headers: Headers, releases: PublishedReleases): Promise<SignedRelease | undefined> {
  const version = headers.get(AGENT_VERSION_HEADER);
  const published = version === null ? null : await releases.find();
  if (version === null || published === null || !isOlderVersion(version, published.version)) return undefined;
  return { statement: published.statement, signature: published.signature };
}
