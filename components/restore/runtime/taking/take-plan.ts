import { idKey } from "../../../../engine/ids/chunk-id.ts";
import type { SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import { ZipLength } from "../../../../engine/zip/zip-length.ts";
import { type ZipLossKind, zipLossMeaning } from "../../../../engine/zip/zip-losses.ts";
import type { PlannedSnapshot, RestorePlan } from "../protocol/restore-calls.ts";
import { RestoreRefusedError } from "./restore-refused-error.ts";
import type { SnapshotAccess } from "./take-access.ts";
import type { TakePart } from "./take-part.ts";
import type { ResolvedScope } from "./take-scope.ts";
import { takeSteps, toZipEntry } from "./take-steps.ts";

/**
 * Documents, folders and links in one restore. Of each only its line in the ZIP's directory is kept, about 130 bytes, so this is
 * 130 MB; the walk itself keeps nothing.
 */
const MAX_ENTRIES = 1_000_000;
/** Ids that are placed at once: the service answers 10,000. */
const PLACED_AT_ONCE = 8_192;

export interface TakePlan {
  readonly parts: readonly TakePart[];
  readonly view: RestorePlan;
}

/**
 * Walks everything once, so that count, length and what a ZIP cannot hold are known, and looks up every pack, so that all data keys
 * are open before the restore begins.
 *
 * @throws RestoreRefusedError `too_many_entries`, `nothing_to_restore`; what SnapshotReader throws
 */
export async function planTake(access: SnapshotAccess, restoreId: string, scope: ResolvedScope): Promise<TakePlan> {
  const counter = new PlanCounter();
  const snapshots: PlannedSnapshot[] = [];
  for (const part of scope.parts) {
    const reader = await access.openSnapshot(part.snapshotId);
    const before = { documents: counter.documents, bytes: counter.bytes };
    await counter.walk(reader, part);
    const { snapshotId, machineName, sourceName, receivedAtMs } = part;
    const documents = counter.documents - before.documents;
    snapshots.push({
      snapshotId,
      machineName,
      sourceName,
      receivedAtMs,
      documents,
      bytes: counter.bytes - before.bytes,
    });
  }
  if (counter.entries === 0 && scope.missing.length === 0) {
    throw new RestoreRefusedError("nothing_to_restore", "There is nothing in what was chosen.");
  }
  const isSingleDocument = isOneDocument(scope, counter);
  const view: RestorePlan = {
    restoreId,
    documents: counter.documents,
    folders: counter.folders,
    others: counter.others,
    bytes: counter.bytes,
    snapshots,
    missing: scope.missing,
    packs: counter.packs.size,
    bytesToRead: counter.bytesToRead,
    fileName: isSingleDocument ? scope.baseName : `${scope.baseName}.zip`,
    lengthBytes: isSingleDocument ? counter.bytes : counter.length.sizeBytes,
    isSingleDocument,
    notHeld: counter.describeLosses(),
  };
  return { parts: scope.parts, view };
}

function isOneDocument({ parts, missing }: ResolvedScope, { entries, documents }: PlanCounter): boolean {
  const [part] = parts;
  const isOneName = part?.selections.length === 1 && part.selections[0]?.name !== null;
  return missing.length === 0 && isOneName && entries === 1 && documents === 1;
}

class PlanCounter {
  readonly length = new ZipLength();
  readonly packs = new Set<string>();
  documents = 0;
  folders = 0;
  others = 0;
  bytes = 0;
  bytesToRead = 0;
  readonly #losses = new Map<ZipLossKind, number>();
  #ids = new Map<string, Uint8Array>();

  get entries(): number {
    return this.documents + this.folders + this.others;
  }

  async walk(reader: SnapshotReader, part: TakePart): Promise<void> {
    const onLoss = ({ kind }: { kind: ZipLossKind }) => this.#losses.set(kind, (this.#losses.get(kind) ?? 0) + 1);
    for await (const step of takeSteps(reader, part, onLoss)) {
      switch (step.kind) {
        case "chunk":
          this.#ids.set(idKey(step.id), step.id);
          if (this.#ids.size >= PLACED_AT_ONCE) await this.#place(reader);
          break;
        case "hole":
        case "end":
        case "kept":
          break;
        case "begin":
          this.documents++;
          this.bytes += step.entry.sizeBytes;
          this.length.add(toZipEntry(step));
          break;
        case "folder":
          this.folders++;
          this.length.add(toZipEntry(step));
          break;
        case "symlink":
          this.others++;
          this.length.add(toZipEntry(step));
          break;
      }
      this.#requireRoom();
    }
    await this.#place(reader);
  }

  describeLosses(): string[] {
    return [...this.#losses].map(([kind, count]) => `${count} ${zipLossMeaning[kind]}`);
  }

  /** Opens the index of each pack, and so the data keys in it. What is nowhere shows when it is read. */
  async #place(reader: SnapshotReader): Promise<void> {
    const ids = this.#ids;
    this.#ids = new Map();
    const frames = new Set<string>();
    for (const { pack, frame } of (await reader.catalogue.place(ids, 1)).values()) {
      const key = `${pack.packId}/${frame}`;
      if (frames.has(key)) continue;
      frames.add(key);
      this.packs.add(pack.packId);
      this.bytesToRead += pack.index.frames[frame]?.storedSizeBytes ?? 0;
    }
  }

  #requireRoom(): void {
    if (this.entries <= MAX_ENTRIES) return;
    throw new RestoreRefusedError(
      "too_many_entries",
      `One restore in a browser takes at most ${MAX_ENTRIES} documents and folders. Take it in parts, or with "holdfast restore".`,
    );
  }
}
