import type { PackRange } from "../ports/pack-source.ts";

/** One frame that has to be read, as its pack's directory tells. */
export interface WantedFrame {
  readonly packId: string;
  /** Number in the pack's directory. */
  readonly frame: number;
  readonly offset: number;
  readonly storedSizeBytes: number;
}

/** One read of a pack: a range, and the frames inside it that are wanted, in ascending order. */
export interface RestoreRequest extends PackRange {
  readonly packId: string;
  readonly frames: readonly WantedFrame[];
}

const MIB = 1024 * 1024;
/** Bytes between two wanted frames that are cheaper to read than another request (about 2 ms at 100 MB/s and more). */
export const MAX_GAP_BYTES = 256 * 1024;
/** Bounds the buffers of a reader: each holds one of these, and one more that is on its way. */
export const MAX_REQUEST_BYTES = 16 * MIB;
/** From this share on a pack is read from its first wanted frame to its last in one request, up to the largest pack there is. */
const WHOLE_PACK_SHARE = 0.75;
const MAX_PACK_BYTES = 32 * MIB;

/**
 * Decides what to read for a set of frames; does nothing. Packs come in the order in which they are first needed, each once;
 * neighbours are joined. A frame that is wanted twice is read once.
 */
export function planRestore(wanted: Iterable<WantedFrame>): RestoreRequest[] {
  const requests: RestoreRequest[] = [];
  for (const frames of groupByPack(wanted)) {
    if (isMostOfPack(frames)) {
      requests.push(toRequest(frames));
      continue;
    }
    let open: WantedFrame[] = [];
    for (const frame of frames) {
      if (open.length > 0 && !canJoin(open, frame)) {
        requests.push(toRequest(open));
        open = [];
      }
      open.push(frame);
    }
    if (open.length > 0) requests.push(toRequest(open));
  }
  return requests;
}

function groupByPack(wanted: Iterable<WantedFrame>): WantedFrame[][] {
  const packs = new Map<string, Map<number, WantedFrame>>();
  for (const frame of wanted) {
    const frames = packs.get(frame.packId) ?? new Map<number, WantedFrame>();
    frames.set(frame.frame, frame);
    packs.set(frame.packId, frames);
  }
  return [...packs.values()].map((frames) => [...frames.values()].sort((a, b) => a.offset - b.offset));
}

function isMostOfPack(frames: readonly WantedFrame[]): boolean {
  const request = toRequest(frames);
  const wantedBytes = frames.reduce((sum, frame) => sum + frame.storedSizeBytes, 0);
  return request.sizeBytes <= MAX_PACK_BYTES && wantedBytes >= request.sizeBytes * WHOLE_PACK_SHARE;
}

function canJoin(open: readonly WantedFrame[], next: WantedFrame): boolean {
  const first = open[0] ?? next;
  const last = open.at(-1) ?? next;
  const gapBytes = next.offset - (last.offset + last.storedSizeBytes);
  return gapBytes <= MAX_GAP_BYTES && next.offset + next.storedSizeBytes - first.offset <= MAX_REQUEST_BYTES;
}

function toRequest(frames: readonly WantedFrame[]): RestoreRequest {
  const [first, last] = [frames[0], frames.at(-1)];
  if (!first || !last) throw new RangeError("a request needs a frame");
  const end = last.offset + last.storedSizeBytes;
  return { packId: first.packId, offset: first.offset, sizeBytes: end - first.offset, frames };
}
