import type { Gap } from "../../engine/ports/source.ts";

/** FORMAT.md: a manifest lists at most so many gaps, and counts all. */
const LISTED_MAX = 100_000;
/** Half of what a manifest may weigh, because base64 and JSON add to it. */
const LISTED_MAX_BYTES = 8 * 1024 * 1024;

/** What a run could not read. All are counted; as many are listed as a manifest holds. */
export class GapList {
  readonly listed: Gap[] = [];
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  add(gap: Gap): void {
    this.#count += 1;
    const sizeBytes = gap.path.length + gap.detail.length + 64;
    if (this.listed.length >= LISTED_MAX || this.#bytes + sizeBytes > LISTED_MAX_BYTES) return;
    this.#bytes += sizeBytes;
    this.listed.push(gap);
  }
}
