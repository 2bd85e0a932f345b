import { toHex } from "../codec/hex.ts";
import { getFrame } from "./frame-opener.ts";
import type { MemberPlace, TriedId } from "./pack-catalogue.ts";

/** Remembers where copies of ids were bad, so that each pack is tried once for each id. */
export class TriedPacks {
  readonly #ids = new Map<string, { readonly id: Uint8Array; readonly packIds: Set<string> }>();

  /** @returns all that was tried for the id so far */
  add({ pack, frame, member }: MemberPlace): TriedId {
    const id = getFrame(pack.index, frame).memberIds[member] ?? new Uint8Array(0);
    const key = toHex(id);
    const one = this.#ids.get(key) ?? { id, packIds: new Set<string>() };
    this.#ids.set(key, one);
    one.packIds.add(pack.packId);
    return one;
  }
}
