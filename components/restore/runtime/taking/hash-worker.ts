import { createBrowserPrimitives } from "../../../../engine/primitives/browser.ts";
import type { FromHasher, ToHasher } from "./hash-messages.ts";

/** The thread that hashes what leaves; it has no key. */
const hash = createBrowserPrimitives().then((primitives) => primitives.sha256Start());

addEventListener("message", async ({ data }: MessageEvent<ToHasher>) => {
  const running = await hash;
  if (data.kind === "digest") {
    tell({ kind: "digest", sha256: running.digest() }, []);
    return;
  }
  running.update(data.block);
  tell({ kind: "added", block: data.block }, [data.block.buffer]);
});

function tell(message: FromHasher, transfer: Transferable[]): void {
  postMessage(message, { transfer });
}
