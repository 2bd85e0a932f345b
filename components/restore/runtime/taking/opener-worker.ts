import { createBrowserIds, createBrowserPrimitives } from "../../../../engine/primitives/browser.ts";
import { Opener } from "./opener.ts";
import type { OpenerStart, OpenTask } from "./opener-messages.ts";

/** The thread around an Opener: frames in, members out, both handed over and never copied. */
let opener: Promise<Opener> | undefined;

addEventListener("message", async ({ data }: MessageEvent<OpenerStart | OpenTask>) => {
  if (data.kind === "start") {
    opener = start(data);
    return;
  }
  const result = await (await opener)?.open(data);
  if (result === undefined) return;
  const bodies = result.frames.flatMap(({ body }) => body?.buffer ?? []);
  postMessage(result, { transfer: [result.bytes.buffer, ...bodies] });
});

async function start({ companyId, chunkIdKey }: OpenerStart): Promise<Opener> {
  const [primitives, browserId] = await Promise.all([createBrowserPrimitives(), createBrowserIds(chunkIdKey)]);
  return new Opener({ companyId, chunkIdKey, primitives, browserId });
}
