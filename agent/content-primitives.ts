import type { Primitives } from "../engine/ports/primitives.ts";
import { nodePrimitives } from "../engine/primitives/node.ts";
import { withOneZstdContext } from "./platform/one-zstd-context.ts";

/** What a thread seals contents with: Node's primitives and a zstd context of its own. Opened once for each thread. */
export function openContentPrimitives(): Primitives {
  return withOneZstdContext(nodePrimitives);
}
