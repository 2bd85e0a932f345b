import {
  AGENT_MIN_VERSION,
  AGENT_VERSION_HEADER,
  PROTOCOL_HEADER,
  PROTOCOL_MIN_VERSION,
  PROTOCOL_VERSION,
} from "../../contracts/limits.ts";
import { ApiError } from "./api-error.ts";

/**
 * Compares what a client says it speaks with what this server speaks. Browsers say nothing: they run our own code.
 *
 * @throws ApiError `agent_too_old` or `agent_too_new`
 */
export function requireSpokenVersion(headers: Headers, isAgent: boolean): void {
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
  if (spoken < PROTOCOL_MIN_VERSION || (version !== null && isOlder(version, AGENT_MIN_VERSION))) {
    throw new ApiError(
      "agent_too_old",
      `This program is too old for this server, which needs ${AGENT_MIN_VERSION} or later. Update it and try again.`,
    );
  }
}

/** Compares `major.minor.patch`; what cannot be read is older than anything. */
function isOlder(version: string, least: string): boolean {
  const [given, needed] = [version, least].map(numbersOf);
  if (given === undefined || needed === undefined) return true;
  for (const [index, wanted] of needed.entries()) {
    const have = given[index] ?? -1;
    if (have !== wanted) return have < wanted;
  }
  return false;
}

function numbersOf(version: string): number[] {
  const match = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+].*)?$/.exec(version);
  return match === null ? [] : match.slice(1).map(Number);
}
