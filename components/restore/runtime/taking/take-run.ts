import { idKey } from "../../../../engine/ids/chunk-id.ts";
import { toReadableText } from "../../../../engine/restore/binary-text.ts";
import type { FetchedChunk } from "../../../../engine/restore/content-reader.ts";
import { RestoreError } from "../../../../engine/restore/restore-error.ts";
import { BufferPool } from "./buffer-pool.ts";
import { OpenerPool, type OpenerPort } from "./opener-pool.ts";
import { PauseGate } from "./pause-gate.ts";
import type { SnapshotAccess } from "./take-access.ts";
import type { TakePlan } from "./take-plan.ts";
import type { TakeProgress } from "./take-progress.ts";
import type { TakeStep } from "./take-steps.ts";
import type { FileStep, TakeTarget, TargetSummary } from "./take-target.ts";
import { type TakeWindow, takeWindows, WINDOWS_AHEAD, type WindowsOptions } from "./take-windows.ts";
import { TargetRefusedError } from "./target-refused-error.ts";

/** Both cores, with the vault's own worker, the network and the gateway beside them (docs/decisions/0040-zip-in-the-browser.md). */
const OPENERS = 2;
const ZEROS = new Uint8Array(256 * 1024);

/** Somebody stopped it. */
export class TakeCancelledError extends Error {
  readonly code = "restore_cancelled";
  readonly retryable = true;
}

/** A document of which no good copy exists ends an archive. */
export class DocumentLostError extends Error {
  readonly code = "document_lost";
  readonly retryable = false;
}

export interface TakeRunOptions {
  readonly plan: TakePlan;
  readonly access: SnapshotAccess;
  readonly target: TakeTarget;
  readonly progress: TakeProgress;
  readonly startOpener: () => OpenerPort;
  /** See `WindowsOptions`. */
  readonly skip: WindowsOptions["skip"];
}

/** One restore, from the first byte to the last: reads ahead, writes in order, and ends done, failed or cancelled; nothing between. */
export class TakeRun {
  readonly #options: TakeRunOptions;
  readonly #gate = new PauseGate();
  readonly #buffers = new BufferPool();
  #pool: OpenerPool | null = null;
  #file: FileStep | null = null;
  /** Of the document that could not be completed; its other pieces are passed over. */
  #isLost = false;
  /** Documents that are on their way to their ends. */
  readonly #ends = new Set<Promise<void>>();
  summary: TargetSummary | null = null;

  constructor(options: TakeRunOptions) {
    this.#options = options;
  }

  /** Never rejects: how it ended is in the progress. */
  async run(): Promise<void> {
    const { progress, target } = this.#options;
    try {
      await this.#takeAll();
      this.summary = await target.finish();
      const { documentsFailed } = progress;
      if (documentsFailed === 0) progress.end("done", null);
      else progress.end("failed", describeLoss(documentsFailed, this.#options.plan.view.documents));
    } catch (error) {
      const reason = this.#options.access.signal.aborted ? this.#options.access.signal.reason : error;
      const message = reason instanceof Error ? reason.message : String(reason);
      await target.fail(message);
      progress.end(reason instanceof TakeCancelledError ? "cancelled" : "failed", message);
    } finally {
      this.#end(new TakeCancelledError("The restore has ended."));
    }
  }

  pause(): void {
    this.#gate.shut();
    this.#options.progress.setPaused(true);
  }

  resume(): void {
    this.#gate.open();
    this.#options.progress.setPaused(false);
  }

  /** Ends it with this reason, wherever it is. */
  stop(reason: Error): void {
    this.#end(reason);
    this.#gate.open();
  }

  #end(reason: Error): void {
    this.#options.access.end(reason);
    this.#pool?.close();
  }

  async #takeAll(): Promise<void> {
    const { access, plan } = this.#options;
    const ahead: TakeWindow[] = [];
    const poolFor = (chunkIdKey: Uint8Array) => this.#poolFor(chunkIdKey);
    for await (const window of takeWindows({ access, parts: plan.parts, poolFor, skip: this.#options.skip })) {
      ahead.push(window);
      if (ahead.length > WINDOWS_AHEAD) await this.#take(ahead.shift());
      await this.#pass();
    }
    while (ahead.length > 0) await this.#take(ahead.shift());
    await Promise.all(this.#ends);
  }

  #poolFor(chunkIdKey: Uint8Array): OpenerPool {
    const { companyId } = this.#options.access;
    this.#pool ??= new OpenerPool({
      companyId,
      chunkIdKey,
      openers: OPENERS,
      startOpener: this.#options.startOpener,
      buffers: this.#buffers,
    });
    return this.#pool;
  }

  async #take(window: TakeWindow | undefined): Promise<void> {
    if (window === undefined) return;
    const chunks = await window.chunks;
    await this.#takeSteps(window.steps, chunks);
    giveBack(chunks, this.#buffers);
  }

  async #takeSteps(steps: readonly TakeStep[], chunks: Map<string, FetchedChunk>): Promise<void> {
    for (const [at, step] of steps.entries()) {
      await this.#pass();
      const isGoingOn = await this.#do(step, chunks);
      if (!isGoingOn) {
        this.#loseRest(steps.slice(at + 1), chunks);
        const { documentsFailed, failed } = this.#options.progress;
        const [first] = failed;
        throw new DocumentLostError(
          `${documentsFailed === 1 ? "1 document" : `${documentsFailed} documents`} could not be restored: ${first?.path} (${first?.reason}). The download was stopped, because it would not be complete. Leave it out, choose an older version, or take a folder.`,
        );
      }
    }
  }

  async #pass(): Promise<void> {
    await this.#gate.pass();
    this.#options.access.signal.throwIfAborted();
  }

  /** @returns false when a document is lost and nothing goes on */
  async #do(step: TakeStep, chunks: Map<string, FetchedChunk>): Promise<boolean> {
    const { target } = this.#options;
    switch (step.kind) {
      case "folder":
        await this.#guard(step, () => target.folder(step));
        return true;
      case "symlink":
        await target.symlink(step);
        return true;
      case "begin":
        this.#file = step;
        this.#isLost = false;
        await this.#guard(step, () => target.begin(step));
        return true;
      case "kept":
        target.keep();
        this.#options.progress.bytesVerified += step.entry.sizeBytes;
        this.#options.progress.documentsVerified++;
        return true;
      case "hole":
        for (let left = step.sizeBytes; left > 0; left -= ZEROS.length) {
          await this.#write(left >= ZEROS.length ? ZEROS : ZEROS.subarray(0, left));
        }
        return true;
      case "chunk":
        return this.#chunk(step, chunks);
      case "end":
        if (this.#file && !this.#isLost) await this.#finishFile(this.#file);
        this.#file = null;
        return true;
    }
  }

  async #chunk(step: Extract<TakeStep, { kind: "chunk" }>, chunks: Map<string, FetchedChunk>): Promise<boolean> {
    if (this.#isLost) return true;
    const reason = whyLost(step, chunks);
    const chunk = chunks.get(idKey(step.id));
    if (reason === null && chunk instanceof Uint8Array) {
      await this.#write(chunk);
      return true;
    }
    this.#lose(this.#file, reason ?? "");
    return this.#options.target.lose();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#isLost) return;
    await this.#options.target.content(bytes);
    this.#options.progress.bytesVerified += bytes.length;
  }

  /** Small documents of a folder end side by side. */
  async #finishFile(file: FileStep): Promise<void> {
    const { target, progress } = this.#options;
    const end = target.end().then(
      () => {
        progress.documentsVerified++;
      },
      (error: unknown) => this.#refuse(file, error),
    );
    const settled = end.finally(() => this.#ends.delete(settled));
    // Whoever waits for all of them hears of it.
    settled.catch(() => {});
    this.#ends.add(settled);
    if (this.#ends.size >= target.sideBySide) await Promise.race(this.#ends);
  }

  async #guard(step: TakeStep & { kind: "folder" | "begin" }, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#refuse(step, error);
      this.#isLost = step.kind === "begin";
    }
  }

  #refuse({ part, path }: Pick<FileStep, "part" | "path">, error: unknown): void {
    if (!(error instanceof TargetRefusedError)) throw error;
    const { progress } = this.#options;
    progress.lose({ machineName: part.machineName, path: `/${toReadableText(path)}`, reason: error.message });
  }

  #lose(file: FileStep | null, reason: string): void {
    if (file === null) return;
    this.#isLost = true;
    const path = `/${toReadableText(file.path)}`;
    this.#options.progress.lose({ machineName: file.part.machineName, path, reason });
  }

  /** What else of the same window is lost is named as well. */
  #loseRest(steps: readonly TakeStep[], chunks: Map<string, FetchedChunk>): void {
    for (const step of steps) {
      if (step.kind === "begin") {
        this.#file = step;
        this.#isLost = false;
      }
      const reason = step.kind === "chunk" && !this.#isLost ? whyLost(step, chunks) : null;
      if (reason !== null) this.#lose(this.#file, reason);
    }
  }
}

/** Targets have copied what they need. */
function giveBack(chunks: Map<string, FetchedChunk>, buffers: BufferPool): void {
  const bodies = new Map<ArrayBufferLike, Uint8Array>();
  for (const chunk of chunks.values()) if (chunk instanceof Uint8Array) bodies.set(chunk.buffer, chunk);
  for (const body of bodies.values()) buffers.give(body);
}

function whyLost(step: Extract<TakeStep, { kind: "chunk" }>, chunks: Map<string, FetchedChunk>): string | null {
  const chunk = chunks.get(idKey(step.id));
  if (chunk instanceof Uint8Array) {
    return chunk.length === step.sizeBytes ? null : "a chunk is longer or shorter than its document says";
  }
  if (chunk instanceof RestoreError && chunk.code === "key_missing") {
    return "a key is missing that the plan did not foresee: unlock, and start the restore again";
  }
  return chunk?.message ?? "a chunk was not found";
}

function describeLoss(documentsFailed: number, documents: number): string {
  const rest = documents - documentsFailed;
  const lost = documentsFailed === 1 ? "1 document" : `${documentsFailed} documents`;
  return `${lost} of ${documents} could not be restored. The other ${rest} are complete.`;
}
