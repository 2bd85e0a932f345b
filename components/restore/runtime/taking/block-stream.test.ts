import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BlockStream } from "./block-stream.ts";
import { DownloadSink } from "./download-sink.ts";
import { DownloadStream } from "./download-stream.ts";
import { HashThread } from "./hash-thread.ts";
import { startTestHasher } from "./testing/test-hasher.ts";

const MIB = 1024 * 1024;

function open(lengthBytes: number) {
  const { port1, port2 } = new MessageChannel();
  const download = { downloadId: "one", fileName: "a.zip", mediaType: "application/zip", lengthBytes };
  const browser = new DownloadStream(download, { port: port2, onEnd: () => {} });
  const sink = new DownloadSink(port1, { signal: new AbortController().signal, onStopped: () => {} });
  const port = startTestHasher();
  const stream = new BlockStream({ sink, hash: new HashThread(port), lengthBytes });
  const close = () => {
    port1.close();
    port2.close();
  };
  return { stream, browser, port, close };
}

describe("blocks on their way to the browser", () => {
  it("arrive in order, and their hash is that of all bytes", async () => {
    const pieces = [1, MIB - 1, MIB, 3 * MIB + 5, 10, 9 * MIB].map((length) => new Uint8Array(randomBytes(length)));
    const expected = Buffer.concat(pieces);
    const { stream, browser, close } = open(expected.length);
    const body = new Response(browser.open()).bytes();
    for (const piece of pieces) await stream.write(piece);
    const summary = await stream.finish();
    expect(summary).toEqual({
      lengthBytes: expected.length,
      sha256: createHash("sha256").update(expected).digest("hex"),
    });
    expect(Buffer.compare(await body, expected)).toBe(0);
    close();
  });

  it("are few while the browser takes nothing", async () => {
    const { stream, browser, close } = open(100 * MIB);
    const reader = browser.open().getReader();
    let written = 0;
    const writing = (async () => {
      for (; written < 100; written++) await stream.write(new Uint8Array(MIB).fill(written));
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBeLessThanOrEqual(9);
    stream.fail("enough");
    await expect(writing).rejects.toThrow();
    await expect(reader.closed).rejects.toThrow("enough");
    close();
  });

  it("end as a failure when the thread that hashes ends", async () => {
    const { stream, browser, port, close } = open(100 * MIB);
    const body = new Response(browser.open()).bytes();
    port.onerror?.(Object.assign(new Event("error"), { message: "out of memory" }) as ErrorEvent);
    const writing = (async () => {
      for (;;) await stream.write(new Uint8Array(MIB));
    })();
    await expect(writing).rejects.toThrow("out of memory");
    stream.fail("out of memory");
    await expect(body).rejects.toThrow("out of memory");
    close();
  });

  it("are an error when they are fewer than was announced", async () => {
    const { stream, browser, close } = open(2 * MIB);
    const body = new Response(browser.open()).bytes();
    await stream.write(new Uint8Array(MIB));
    await expect(stream.finish()).rejects.toThrow("announced");
    stream.fail("too short");
    await expect(body).rejects.toThrow("too short");
    close();
  });
});
