import { describe, expect, it } from "vitest";
import { DownloadSink, type DownloadStoppedError } from "./download-sink.ts";
import { DownloadStream } from "./download-stream.ts";

const MIB = 1024 * 1024;

function open(lengthBytes: number) {
  const { port1, port2 } = new MessageChannel();
  const stopped: DownloadStoppedError[] = [];
  let ends = 0;
  const ending = new AbortController();
  const download = { downloadId: "one", fileName: "a.zip", mediaType: "application/zip", lengthBytes };
  const stream = new DownloadStream(download, { port: port2, onEnd: () => ends++ });
  const sink = new DownloadSink(port1, { signal: ending.signal, onStopped: (error) => stopped.push(error) });
  const close = () => {
    port1.close();
    port2.close();
  };
  return { stream, sink, stopped, close, port1, ending, ends: () => ends };
}

const block = (value: number, sizeBytes = MIB) => new Uint8Array(sizeBytes).fill(value);

describe("a download through the service worker", () => {
  it("brings every byte in order, and ends when all of them are taken", async () => {
    const { stream, sink, close, ends } = open(20 * MIB);
    const body = new Response(stream.open()).arrayBuffer();
    for (let at = 0; at < 20; at++) await sink.write(block(at));
    await sink.end();
    const bytes = new Uint8Array(await body);
    expect(bytes.length).toBe(20 * MIB);
    expect(Array.from({ length: 20 }, (_, at) => bytes[at * MIB])).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(ends()).toBe(1);
    close();
  });

  it("takes no more than a window and a block from a sender while the browser takes nothing", async () => {
    const { stream, sink, close } = open(100 * MIB);
    const reader = stream.open().getReader();
    let written = 0;
    const writing = (async () => {
      for (; written < 100; written++) await sink.write(block(1));
      await sink.end();
    })();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThanOrEqual(5);
    for (let read = await reader.read(); !read.done; read = await reader.read());
    await writing;
    expect(written).toBe(100);
    close();
  });

  it("is an error for the browser, never short, when the sender ends early, fails, or sends more than it said", async () => {
    const short = open(2 * MIB);
    const body = new Response(short.stream.open()).arrayBuffer();
    await short.sink.write(block(1));
    const ending = short.sink.end();
    await expect(body).rejects.toThrow("early");
    await expect(ending).rejects.toMatchObject({ code: "download_stopped" });
    short.close();

    const failed = open(2 * MIB);
    const other = new Response(failed.stream.open()).arrayBuffer();
    await failed.sink.write(block(1));
    failed.sink.fail("a document is lost");
    await expect(other).rejects.toThrow("a document is lost");
    failed.close();

    const long = open(MIB);
    const third = new Response(long.stream.open()).arrayBuffer();
    await long.sink.write(block(1));
    await long.sink.write(block(1));
    await expect(third).rejects.toThrow("more bytes");
    long.close();
  });

  it("stops the sender when the browser stops it", async () => {
    const { stream, sink, stopped, close } = open(10 * MIB);
    const reader = stream.open().getReader();
    await sink.write(block(1));
    await reader.cancel();
    await expect(
      (async () => {
        for (;;) await sink.write(block(1));
      })(),
    ).rejects.toMatchObject({ code: "download_stopped" });
    expect(stopped).toHaveLength(1);
    close();
  });

  it("keeps nobody waiting for a browser that takes nothing when the restore ends", async () => {
    const { stream, sink, stopped, ending, close } = open(10 * MIB);
    const body = new Response(stream.open());
    const writing = (async () => {
      for (;;) await sink.write(block(1));
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    ending.abort(new Error("it was cancelled"));
    await expect(writing).rejects.toThrow("it was cancelled");
    expect(stopped).toEqual([]);
    sink.fail("it was cancelled");
    await expect(body.arrayBuffer()).rejects.toThrow("it was cancelled");
    close();
  });

  it("is an error for the browser when the page is closed", async () => {
    const { stream, sink, port1, close } = open(10 * MIB);
    const body = new Response(stream.open()).arrayBuffer();
    await sink.write(block(1));
    port1.close();
    await expect(body).rejects.toThrow("closed");
    close();
  });
});
