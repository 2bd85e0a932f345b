import { toHex } from "../../../engine/codec/hex.ts";
import type { CopyRow } from "../../domain/store/pack-store.ts";
import type { MissingObject, MissingPack } from "../../domain/store/zone-store.ts";

/** One object to copy into the target: what it must be, and where it can be had, best first. */
export interface CopyStep {
  readonly kind: "copy";
  readonly objectKey: string;
  /** Hex; what is read must have it. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The copy is locked until then; null in the backup tier. */
  readonly lockedUntil: Date | null;
  readonly fromZoneIds: readonly string[];
  /** Key objects and headers stand in the database as well. */
  readonly bytes: Uint8Array | null;
  /** For packs, whose presence is recorded by their id. */
  readonly packId: string | null;
  /** Zones whose copy is known to be in doubt already. */
  readonly suspectZoneIds: readonly string[];
}

/**
 * Nothing can be copied now: no zone that can be reached has it. Before it waits for the next round, the target itself is looked at: one wrong
 * reading of the only copy has it counted as missing, and then nobody else would ever find that it is good.
 */
export interface WaitStep extends Pick<CopyStep, "objectKey" | "sha256" | "sizeBytes" | "packId"> {
  readonly kind: "wait";
  readonly reason: "no_source";
}

export type ReplicationStep = CopyStep | WaitStep;

export interface ReplicationView {
  readonly targetZoneId: string;
  /** Zones that can be read now, in order. */
  readonly readableZoneIds: readonly string[];
}

/** Decides where each missing pack comes from; does nothing. */
export function planPackCopies(
  packs: readonly MissingPack[],
  view: ReplicationView,
  objectKeyOf: (pack: MissingPack) => string,
): ReplicationStep[] {
  return packs.map((pack) =>
    planCopy({
      objectKey: objectKeyOf(pack),
      sha256: pack.packId,
      sizeBytes: pack.sizeBytes,
      lockedUntil: pack.lockedUntil,
      bytes: null,
      packId: pack.packId,
      ...sourcesOf(pack.copies, view),
    }),
  );
}

/** Decides where each missing manifest, receipt, header and key object comes from; does nothing. */
export function planObjectCopies(objects: readonly MissingObject[], view: ReplicationView): ReplicationStep[] {
  return objects.map((object) =>
    planCopy({
      objectKey: object.objectKey,
      sha256: toHex(object.sha256),
      sizeBytes: object.sizeBytes,
      lockedUntil: object.lockedUntil,
      bytes: object.bytes,
      packId: null,
      ...sourcesOf(object.copies, view),
    }),
  );
}

/** Good copies come first, suspect ones after, because the copying checks them. */
function sourcesOf(
  copies: readonly CopyRow[],
  view: ReplicationView,
): Pick<CopyStep, "fromZoneIds" | "suspectZoneIds"> {
  const inState = (state: CopyRow["state"]) =>
    view.readableZoneIds.filter((zoneId) => copies.some((copy) => copy.zoneId === zoneId && copy.state === state));
  const suspectZoneIds = inState("suspect");
  return { fromZoneIds: [...inState("present"), ...suspectZoneIds], suspectZoneIds };
}

function planCopy(copy: Omit<CopyStep, "kind">): ReplicationStep {
  if (copy.fromZoneIds.length > 0 || copy.bytes !== null) return { kind: "copy", ...copy };
  const { objectKey, sha256, sizeBytes, packId } = copy;
  return { kind: "wait", reason: "no_source", objectKey, sha256, sizeBytes, packId };
}

/** Where a replication stands: packs first, then key objects, then all others, so that nothing is there before what it refers to. */
export interface ReplicationCursor {
  readonly phase: "packs" | "keys" | "others";
  /** packNo, or an object key. */
  readonly after: string;
}

export const FIRST_CURSOR: ReplicationCursor = { phase: "packs", after: "0" };

/** The next phase, or null after the last one: then a new round begins from the start. */
export function nextPhase({ phase }: ReplicationCursor): ReplicationCursor | null {
  if (phase === "packs") return { phase: "keys", after: "" };
  if (phase === "keys") return { phase: "others", after: "" };
  return null;
}

/** Reads a cursor that an earlier step saved; anything else begins anew, which costs a scan and nothing more. */
export function parseCursor(text: string | null): ReplicationCursor {
  const [, phase, after] = /^(packs|keys|others):(.*)$/.exec(text ?? "") ?? [];
  if (after === undefined || (phase !== "packs" && phase !== "keys" && phase !== "others")) return FIRST_CURSOR;
  if (phase === "packs" && !/^\d+$/.test(after)) return FIRST_CURSOR;
  return { phase, after };
}

export function encodeCursor({ phase, after }: ReplicationCursor): string {
  return `${phase}:${after}`;
}
