import { flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { ContentWriter } from "../../engine/backup/content-writer.ts";
import { createChunker } from "../../engine/chunker/chunker.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import { concatBytes } from "../../engine/codec/hex.ts";
import { FrameScratch } from "../../engine/format/frame.ts";
import { decodeSlot } from "../../engine/format/slot.ts";
import { gearTable } from "../../engine/ids/chunk-id.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { openContentPrimitives } from "../content-primitives.ts";
import { ObjectReader } from "./object-reader.ts";
import { openReader } from "./open-source.ts";
import { decodeTask, encodeResult, type FromReader, type ReaderSetup, type ToReader } from "./read-messages.ts";

/** A reader thread: contents of a source in, packs out. Everything it does is asked for by the main thread. */

if (parentPort === null) throw new Error("this file runs as a worker thread of the agent");
const port = parentPort;
const setup: ReaderSetup = workerData;
const buffers: ((buffer: Uint8Array) => void)[] = [];
const answers = new Map<number, (isNeeded: Uint8Array) => void>();
const jobs: Uint8Array[] = [];
const results = new ByteWriter(64 * 1024);
let asked = 0;
let isFinishing = false;
let wake: (() => void) | undefined;

port.on("message", (message: ToReader) => {
  switch (message.type) {
    case "job":
      jobs.push(message.tasks);
      break;
    case "finish":
      isFinishing = true;
      break;
    case "buffer":
      buffers.shift()?.(new Uint8Array(message.buffer));
      return;
    case "answer":
      answers.get(message.ask)?.(message.isNeeded);
      answers.delete(message.ask);
      return;
  }
  wake?.();
});

try {
  await work();
} catch (error) {
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "reader_failed";
  tell({ type: "failed", code, message: error instanceof Error ? error.message : String(error) });
}

async function work(): Promise<void> {
  const content = await openContentWriter();
  const source = await openReader();
  const objects = new ObjectReader({ primitives: nodePrimitives, chunkIdKey: setup.chunkIdKey, source, content });
  tell({ type: "ready" });
  for (;;) {
    const job = jobs.shift();
    if (job !== undefined) {
      await readJob(objects, job);
    } else if (isFinishing) {
      break;
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  await content.finish();
  // The main thread ends this one before it could do that by itself; the next run's threads start in half the time.
  flushCompileCache();
  tell({ type: "finished" });
}

async function readJob(objects: ObjectReader, job: Uint8Array): Promise<void> {
  const reader = new ByteReader(job);
  results.reset();
  objects.counts.bytes = 0;
  objects.counts.chunks = 0;
  while (reader.remaining > 0) encodeResult(results, await objects.read(decodeTask(reader)));
  const bytes = results.finish();
  const { bytes: readBytes, chunks } = objects.counts;
  tell({ type: "results", results: bytes, readBytes, chunks }, [bytes.buffer]);
}

async function openContentWriter(): Promise<ContentWriter> {
  const gear = gearTable(nodePrimitives, setup.chunkIdKey);
  return new ContentWriter({
    primitives: openContentPrimitives(),
    randomness: nodeRandomness,
    companyId: setup.companyId,
    scope: setup.scope,
    chunkIdKey: setup.chunkIdKey,
    dataKey: setup.dataKey,
    slot: decodeSlot(new ByteReader(setup.slot)),
    scratch: new FrameScratch(),
    verify: setup.isParanoid ? "paranoid" : "opened",
    chunkers: [await createChunker(gear), await createChunker(gear)],
    sink: {
      askNeeded,
      takeBuffer,
      returnBuffer: (buffer) => giveBack(buffer),
      sendPack: ({ packId, bytes }, counts) => tell({ type: "pack", packId, bytes, counts }),
    },
  });
}

function askNeeded(ids: readonly Uint8Array[]): Promise<Uint8Array> {
  const ask = asked++;
  const joined = concatBytes(...ids);
  tell({ type: "ask", ask, ids: joined }, [joined.buffer]);
  return new Promise((resolve) => answers.set(ask, resolve));
}

function takeBuffer(): Promise<Uint8Array> {
  tell({ type: "want-buffer" });
  return new Promise((resolve) => buffers.push(resolve));
}

function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof SharedArrayBuffer) tell({ type: "buffer", buffer });
}

function tell(message: FromReader, transfer: readonly (ArrayBuffer | SharedArrayBuffer)[] = []): void {
  const movable = transfer.filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
  port.postMessage(message, movable);
}
