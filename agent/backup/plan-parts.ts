import type { Extent } from "../platform/posix-read.ts";

/**
 * Splits a large file into parts that several threads read at once. Cutting begins anew with every part, at multiples
 * of the size of a part, so that a part that did not change gives the same chunks again.
 */
export function planParts(extents: readonly Extent[], partBytes: number): Extent[][] {
  const parts: Extent[][] = [];
  for (const extent of extents) {
    for (const piece of extent.isHole ? [extent] : splitAtMultiples(extent, partBytes)) {
      const part = parts.at(-1);
      const first = part?.[0];
      const isSamePart = first !== undefined && partOf(first, partBytes) === partOf(piece, partBytes);
      if (isSamePart || (part !== undefined && piece.isHole)) part?.push(piece);
      else parts.push([piece]);
    }
  }
  return parts;
}

function partOf(extent: Extent, partBytes: number): number {
  return Math.floor(extent.offset / partBytes);
}

function splitAtMultiples(extent: Extent, partBytes: number): Extent[] {
  const pieces: Extent[] = [];
  const end = extent.offset + extent.sizeBytes;
  for (let offset = extent.offset; offset < end; ) {
    const next = Math.min(end, (Math.floor(offset / partBytes) + 1) * partBytes);
    pieces.push({ isHole: false, offset, sizeBytes: next - offset });
    offset = next;
  }
  return pieces;
}
