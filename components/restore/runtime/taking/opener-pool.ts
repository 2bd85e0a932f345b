import { FormatError, IntegrityError } from "../../../../engine/codec/format-error.ts";
import { concatBytes } from "../../../../engine/codec/hex.ts";
import type { FrameOpening } from "../../../../engine/restore/content-reader.ts";
import { BadMembersError, type OpenedMember } from "../../../../engine/restore/frame-opener.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { unpackMembers } from "./opener.ts";
import type { OpenerStart, OpenFault, OpenResult, OpenTask } from "./opener-messages.ts";

/** An opener's end that this pool talks to: a worker, or a test's channel. */
export interface OpenerPort {
  postMessage(message: OpenerStart | OpenTask, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<OpenResult>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

interface Seat {
  readonly port: OpenerPort;
  readonly waiting: Map<number, PromiseWithResolvers<readonly OpenedMember[]>>;
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
      const seat: Seat = { port, waiting: new Map() };
      port.onmessage = ({ data }) => {
        if (data.spare) this.buffers.give(data.spare);
        hear(seat, data);
      };
      port.onerror = ({ message }) => this.#fail(new Error(message || "a thread that decrypts has ended"));
      port.postMessage({ kind: "start", companyId, chunkIdKey }, []);
      return seat;
    });
  }

  readonly openFrame: FrameOpening = async ({ index, frame, dataKey }, { stored, used }) => {
    if (this.#failure) throw this.#failure;
    const seat = this.#idlest();
    const answer = Promise.withResolvers<readonly OpenedMember[]>();
    const taskId = ++this.#lastTaskId;
    seat.waiting.set(taskId, answer);
    const { nonce, hash16, storedSizeBytes, memberIds } = frame;
    // A copy, because a range holds many frames and can be handed over only once.
    const handed = this.buffers.take(stored.length);
    handed.set(stored);
    const task: OpenTask = {
      kind: "open",
      taskId,
      scope: index.scope,
      dataKey,
      memberIds: concatBytes(...memberIds),
      nonce: nonce.slice(),
      hash16: hash16.slice(),
      storedSizeBytes,
      stored: handed,
      used: Uint16Array.from(used),
    };
    seat.port.postMessage(task, [handed.buffer]);
    return answer.promise;
  };

  /** Ends the openers, and with them what they know. */
  close(): void {
    for (const { port } of this.#seats) port.terminate();
    this.#fail(new Error("the restore has ended"));
  }

  #idlest(): Seat {
    const [first, ...others] = this.#seats;
    if (first === undefined) throw new RangeError("a pool has at least one opener");
    return others.reduce((best, seat) => (seat.waiting.size < best.waiting.size ? seat : best), first);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { waiting } of this.#seats) {
      for (const answer of waiting.values()) answer.reject(this.#failure);
      waiting.clear();
    }
  }
}

function hear({ waiting }: Seat, { taskId, opened, fault }: OpenResult): void {
  const answer = waiting.get(taskId);
  waiting.delete(taskId);
  const members = opened === null ? [] : unpackMembers(opened);
  if (fault === null) answer?.resolve(members);
  else answer?.reject(toError(fault, opened === null ? null : members));
}

function toError({ kind, code, message }: OpenFault, good: readonly OpenedMember[] | null): Error {
  if (kind === "other") return new Error(message);
  const error = kind === "integrity" ? new IntegrityError(code, message) : new FormatError(code, message);
  return good === null ? error : new BadMembersError(error, good);
}

/** A worker of this bundle. */
export function startOpenerWorker(): OpenerPort {
  return new Worker(new URL("./opener-worker.ts", import.meta.url), { type: "module" });
}
