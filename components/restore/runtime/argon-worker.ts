import type { Argon2Cost } from "../../../engine/ports/primitives.ts";
import { createBrowserPrimitives } from "../../../engine/primitives/browser.ts";

/** One Argon2id, in a worker of its own that ends: WebAssembly never gives back the 256 MiB that it takes. */
export interface ArgonQuestion {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly cost: Argon2Cost;
}

addEventListener("message", async ({ data }: MessageEvent<ArgonQuestion>) => {
  const primitives = await createBrowserPrimitives();
  postMessage(await primitives.argon2id(data.passphrase, data.salt, data.cost));
});
