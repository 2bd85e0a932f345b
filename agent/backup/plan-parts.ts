import type { Stretch } from "../../engine/ports/source.ts";

/**
 * Splits a large file into parts that several threads read at once. Cutting begins anew with every part, at multiples
 * of the size of a part, so that a part that did not change gives the same chunks again.
 */
export function planParts(stretches: readonly Stretch[], partBytes: number): Stretch[][] {
  const parts: Stretch[][] = [];
  for (const stretch of stretches) {
    for (const piece of stretch.isHole ? [stretch] : splitAtMultiples(stretch, partBytes)) {
      const part = parts.at(-1);
      const first = part?.[0];
      const isSamePart = first !== undefined && partOf(first, partBytes) === partOf(piece, partBytes);
      if (isSamePart || (part !== undefined && piece.isHole)) part?.push(piece);
      else parts.push([piece]);
    }
  }
  return parts;
}

function partOf(stretch: Stretch, partBytes: number): number {
  return Math.floor(stretch.offset / partBytes);
}

function splitAtMultiples(stretch: Stretch, partBytes: number): Stretch[] {
  const pieces: Stretch[] = [];
  const end = stretch.offset + stretch.sizeBytes;
  for (let offset = stretch.offset; offset < end; ) {
    const next = Math.min(end, (Math.floor(offset / partBytes) + 1) * partBytes);
    pieces.push({ isHole: false, offset, sizeBytes: next - offset });
    offset = next;
  }
  return pieces;
}
