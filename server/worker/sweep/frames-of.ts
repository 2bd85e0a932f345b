import type { MovedFrame } from "../../../engine/format/assemble-pack.ts";
import { parsePackDirectory } from "../../../engine/format/pack-index.ts";

/**
 * Frames of a whole pack by their numbers, copied out, so that the rest of it can go.
 * @returns `storedBytes` of all its frames; a number that it does not have is left out
 */
export function framesOf(
  pack: Uint8Array,
  numbers: readonly number[],
): { readonly frames: readonly MovedFrame[]; readonly storedBytes: number } {
  const index = parsePackDirectory(pack);
  const frames = numbers.flatMap((number): MovedFrame[] => {
    const entry = index.frames[number];
    const slot = entry && index.slots[entry.slot];
    if (!entry || !slot) return [];
    return [{ entry, slot, stored: pack.slice(entry.offset, entry.offset + entry.storedSizeBytes) }];
  });
  return { frames, storedBytes: index.frames.reduce((sum, frame) => sum + frame.storedSizeBytes, 0) };
}
