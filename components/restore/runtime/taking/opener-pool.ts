import { FormatError, IntegrityError } from "../../../../engine/codec/format-error.ts";
import { concatBytes } from "../../../../engine/codec/hex.ts";
import type { FrameOfRange, RangeOpening } from "../../../../engine/restore/content-reader.ts";
import { BadMembersError, type OpenedMember } from "../../../../engine/restore/frame-opener.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { unpackMembers } from "./opener.ts";
import type { FrameTask, OpenedFrame, OpenerStart, OpenFault, OpenResult, OpenTask } from "./opener-messages.ts";

/** An opener's end that this pool talks to: a worker, or a test's channel. */
export interface OpenerPort {
  postMessage(message: OpenerStart | OpenTask, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<OpenResult>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

interface Seat {
  readonly port: OpenerPort;
  readonly waiting: Map<number, PromiseWithResolvers<OpenResult>>;
  /** Given to it, and not back yet. */
  waitingBytes: number;
}

export interface OpenerPoolOptions {
  readonly companyId: string;
  readonly chunkIdKey: Uint8Array;
  readonly openers: number;
  readonly buffers: BufferPool;
  readonly startOpener: () => OpenerPort;
}

/** Openers side by side, so that both cores decrypt. They hold no key but those of the frames that they open. */
export class OpenerPool {
  /** Memory that goes to the openers and comes back. */
  readonly buffers: BufferPool;
  readonly #seats: readonly Seat[];
  #lastTaskId = 0;
  #failure: Error | null = null;

  constructor({ companyId, chunkIdKey, openers, startOpener, buffers }: OpenerPoolOptions) {
    this.buffers = buffers;
    this.#seats = Array.from({ length: openers }, () => {
      const port = startOpener();
      const seat: Seat = { port, waiting: new Map(), waitingBytes: 0 };
      port.onmessage = ({ data }) => this.#hear(seat, data);
      port.onerror = ({ message }) => this.#fail(new Error(message || "a thread that decrypts has ended"));
      port.postMessage({ kind: "start", companyId, chunkIdKey }, []);
      return seat;
    });
  }

  /** One task for a whole range: it is handed over as it was read, and handed back with the members in it. */
  readonly openRange: RangeOpening = (bytes, frames) => {
    const result = this.#ask(bytes, frames);
    return frames.map(async (_, at) => {
      const { frames: opened, bytes: range } = await result;
      const frame = opened[at];
      if (frame === undefined) throw new Error("a thread that decrypts left out a frame");
      return toMembers(frame, range);
    });
  };

  /** Ends the openers, and with them what they know. */
  close(): void {
    for (const { port } of this.#seats) port.terminate();
    this.#fail(new Error("the restore has ended"));
  }

  async #ask(given: Uint8Array, frames: readonly FrameOfRange[]): Promise<OpenResult> {
    if (this.#failure) throw this.#failure;
    const bytes = toTransferable(given);
    const seat = this.#idlest();
    const answer = Promise.withResolvers<OpenResult>();
    const taskId = ++this.#lastTaskId;
    seat.waiting.set(taskId, answer);
    seat.waitingBytes += bytes.length;
    const scope = frames[0]?.index.scope ?? 0;
    const task: OpenTask = { kind: "open", taskId, scope, bytes, frames: frames.map(toTask) };
    seat.port.postMessage(task, [bytes.buffer]);
    return answer.promise;
  }

  #hear(seat: Seat, result: OpenResult): void {
    const { taskId, bytes, frames } = result;
    const answer = seat.waiting.get(taskId);
    seat.waiting.delete(taskId);
    seat.waitingBytes -= bytes.length;
    if (frames.every(({ body }) => body !== null)) this.buffers.give(bytes);
    answer?.resolve(result);
  }

  #idlest(): Seat {
    const [first, ...others] = this.#seats;
    if (first === undefined) throw new RangeError("a pool has at least one opener");
    return others.reduce((best, seat) => (seat.waitingBytes < best.waitingBytes ? seat : best), first);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { waiting } of this.#seats) {
      for (const answer of waiting.values()) answer.reject(this.#failure);
      waiting.clear();
    }
  }
}

/** What is read by itself may come in memory that holds more. */
function toTransferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  return byteOffset === 0 && buffer instanceof ArrayBuffer ? new Uint8Array(buffer, 0, length) : bytes.slice();
}

function toTask({ frame, dataKey, offset, used }: FrameOfRange): FrameTask {
  const { nonce, hash16, storedSizeBytes, memberIds } = frame;
  return {
    dataKey,
    memberIds: concatBytes(...memberIds),
    nonce: nonce.slice(),
    hash16: hash16.slice(),
    offset,
    storedSizeBytes,
    used: Uint16Array.from(used),
  };
}

/** @throws what `openMembers` throws */
function toMembers(frame: OpenedFrame, range: Uint8Array<ArrayBuffer>): readonly OpenedMember[] {
  const members = unpackMembers(frame, range);
  if (frame.fault === null) return members;
  throw toError(frame.fault, members);
}

function toError({ kind, code, message }: OpenFault, good: readonly OpenedMember[]): Error {
  if (kind === "other") return new Error(message);
  const error = kind === "integrity" ? new IntegrityError(code, message) : new FormatError(code, message);
  return good.length === 0 ? error : new BadMembersError(error, good);
}

/** A worker of this bundle. */
export function startOpenerWorker(): OpenerPort {
  return new Worker(new URL("./opener-worker.ts", import.meta.url), { type: "module" });
}
