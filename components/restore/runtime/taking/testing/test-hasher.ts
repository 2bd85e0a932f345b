import { nodePrimitives } from "../../../../../engine/primitives/node.ts";
import type { FromHasher } from "../hash-messages.ts";
import type { HasherPort } from "../hash-thread.ts";

/** A hasher in this thread: messages are handed over on both ways, as on the way to a worker. */
export function startTestHasher(): HasherPort {
  const running = nodePrimitives.sha256Start();
  const answer = (data: FromHasher, transfer: Transferable[]) => {
    const message = new MessageEvent("message", { data: structuredClone(data, { transfer }) });
    setTimeout(() => port.onmessage?.(message), 0);
  };
  const port: HasherPort = {
    onmessage: null,
    onerror: null,
    terminate() {
      port.onmessage = null;
    },
    postMessage(message, transfer) {
      const data = structuredClone(message, { transfer });
      if (data.kind === "digest") answer({ kind: "digest", sha256: running.digest() }, []);
      else {
        running.update(data.block);
        answer({ kind: "added", block: data.block }, [data.block.buffer]);
      }
    },
  };
  return port;
}
