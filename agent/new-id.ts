import { uuid7 } from "../engine/ids/uuid7.ts";
import { nodeRandomness } from "../engine/primitives/node.ts";

/** A new id of this agent's making; those that were made later sort later. */
export function newId(nowMs = Date.now()): string {
  return uuid7(nodeRandomness, nowMs);
}
