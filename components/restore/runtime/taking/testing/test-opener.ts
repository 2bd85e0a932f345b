import { chunkId } from "../../../../../engine/ids/chunk-id.ts";
import { nodePrimitives as primitives } from "../../../../../engine/primitives/node.ts";
import { Opener } from "../opener.ts";
import type { OpenResult } from "../opener-messages.ts";
import type { OpenerPort } from "../opener-pool.ts";

/** An opener in this thread: messages are cloned on both ways, as on the way to a worker. */
export function startTestOpener(): OpenerPort {
  let opener: Opener | null = null;
  const port: OpenerPort = {
    onmessage: null,
    onerror: null,
    terminate() {
      port.onmessage = null;
    },
    postMessage(message, transfer) {
      const data = structuredClone(message, { transfer });
      if (data.kind === "start") {
        const { companyId, chunkIdKey } = data;
        const browserId = async (kind: 1 | 2 | 3, plain: Uint8Array) => chunkId(primitives, chunkIdKey, kind, plain);
        opener = new Opener({ companyId, chunkIdKey, primitives, browserId });
        return;
      }
      void opener?.open(data).then((result: OpenResult) => {
        port.onmessage?.(new MessageEvent("message", { data: structuredClone(result) }));
      });
    },
  };
  return port;
}
