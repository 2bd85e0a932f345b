import { ContentReader, type FetchedChunk } from "../../../../engine/restore/content-reader.ts";
import type { OpenerPool } from "./opener-pool.ts";
import type { SnapshotAccess } from "./take-access.ts";
import type { TakePart } from "./take-part.ts";
import { type TakeStep, takeSteps } from "./take-steps.ts";

const MIB = 1024 * 1024;
/** Content that is read and opened together. */
const WINDOW_BYTES = 12 * MIB;
const WINDOW_STEPS = 4_096;
/**
 * Windows that are read while one is written. Ceiling of one restore: (1 + 3) windows, each with the range of a pack in which its content lies,
 * and the content itself where it was compressed: 4 * (16 + 12) = 112 MiB; besides it the indexes and pages that a reader keeps, 36 MiB
 * for each of two snapshots, and the WebAssembly of four workers.
 */
export const WINDOWS_AHEAD = 3;

/** Steps that are written one after the other, and the content that they need, on its way. */
export interface TakeWindow {
  readonly steps: readonly TakeStep[];
  /** By `idKey`. */
  readonly chunks: Promise<Map<string, FetchedChunk>>;
}

export interface WindowsOptions {
  readonly access: SnapshotAccess;
  readonly parts: readonly TakePart[];
  /** Made when the first snapshot tells the chunk-id key. */
  readonly poolFor: (chunkIdKey: Uint8Array) => OpenerPool;
  /** Leaves out what is at home already; null where that cannot be. */
  readonly skip: ((steps: AsyncIterable<TakeStep>, chunkIdKey: Uint8Array) => AsyncIterable<TakeStep>) | null;
}

/** Walks the plan again and starts reading each window as it is asked for: so who asks for more has them read ahead. */
export async function* takeWindows(options: WindowsOptions): AsyncGenerator<TakeWindow> {
  const { access, parts } = options;
  for (const part of parts) {
    const reader = await access.openSnapshot(part.snapshotId);
    const { catalogue, chunkIdKey } = reader;
    const { source, primitives, companyId } = access;
    const { openRange, buffers } = options.poolFor(chunkIdKey);
    const reading = { source, primitives, companyId, catalogue, chunkIdKey };
    const content = new ContentReader({ ...reading, openRange, takeMemory: (sizeBytes) => buffers.take(sizeBytes) });
    const steps = takeSteps(reader, part, () => {});
    const wanted = options.skip ? options.skip(steps, chunkIdKey) : steps;
    for await (const window of cutWindows(wanted)) {
      const ids = window.flatMap((step) => (step.kind === "chunk" ? [step.id] : []));
      const chunks = content.fetch(ids);
      // Whoever writes it hears of it; until then it must not count as forgotten.
      chunks.catch(() => {});
      yield { steps: window, chunks };
    }
  }
}

async function* cutWindows(steps: AsyncIterable<TakeStep>): AsyncGenerator<TakeStep[]> {
  let window: TakeStep[] = [];
  let sizeBytes = 0;
  for await (const step of steps) {
    window.push(step);
    if (step.kind === "chunk") sizeBytes += step.sizeBytes;
    if (sizeBytes < WINDOW_BYTES && window.length < WINDOW_STEPS) continue;
    yield window;
    window = [];
    sizeBytes = 0;
  }
  if (window.length > 0) yield window;
}
