import type { KeyTools } from "../../../engine/keys/key-tools.ts";
import { createBrowserPrimitives } from "../../../engine/primitives/browser.ts";
import { browserRandomness } from "../../../engine/primitives/browser-randomness.ts";
import type { ArgonQuestion } from "./argon-worker.ts";

let made: Promise<KeyTools> | undefined;

/** The primitives of this worker, made once, with Argon2id in a worker of its own. */
export function browserTools(): Promise<KeyTools> {
  made ??= createBrowserPrimitives().then((primitives) => ({
    primitives: { ...primitives, argon2id: (passphrase, salt, cost) => runArgon({ passphrase, salt, cost }) },
    randomness: browserRandomness,
  }));
  return made;
}

function runArgon(question: ArgonQuestion): Promise<Uint8Array> {
  const worker = new Worker(new URL("./argon-worker.ts", import.meta.url), { type: "module" });
  return new Promise<Uint8Array>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Uint8Array>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || "the key could not be derived in this browser"));
    worker.postMessage(question);
  }).finally(() => worker.terminate());
}
