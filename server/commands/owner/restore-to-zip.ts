import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { FileFailure } from "../../../agent/restore/write-task.ts";
import { writeZip } from "../../../agent/restore/write-zip.ts";
import { ZipFile } from "../../../agent/restore/zip-archive.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { toReadableText } from "../../../engine/restore/binary-text.ts";
import { ContentReader } from "../../../engine/restore/content-reader.ts";
import type { SnapshotReader } from "../../../engine/restore/snapshot-reader.ts";
import { ZIP_ALWAYS_LOST, type ZipLoss, type ZipLossKind, zipLossMeaning } from "../../../engine/zip/zip-losses.ts";
import { ClientError } from "./client-error.ts";
import { print } from "./command-input.ts";
import type { Reading } from "./open-reading.ts";
import { pathFields, RestoreReport } from "./restore-report.ts";

export interface RestoreToZipOptions {
  readonly reading: Reading;
  readonly reader: SnapshotReader;
  readonly paths: readonly string[];
  readonly file: string;
  readonly isOverwriting: boolean;
  readonly isJson: boolean;
}

/** Named for people; all are counted, and all are listed with --json. */
const SHOWN_PER_KIND = 10;

/**
 * Restores into a ZIP file, and says what a ZIP cannot hold. When a document cannot be had, all that cannot are named, and there is no
 * archive.
 *
 * @throws ClientError `target_not_empty`, `document_missing`; nothing is left then
 */
export async function restoreToZip(options: RestoreToZipOptions): Promise<Record<string, unknown>> {
  const { reading, reader, paths, isOverwriting, isJson } = options;
  const path = resolve(options.file);
  if (existsSync(path) && !isOverwriting) {
    throw new ClientError(
      "target_not_empty",
      `${path} exists already; give another name, or replace it with --overwrite`,
    );
  }
  const report = new RestoreReport(isJson, reader.snapshot.header.contentBytes);
  const losses = new Map<ZipLossKind, ZipLoss[]>();
  const counts = new Map<ZipLossKind, number>();
  const onLoss = (loss: ZipLoss) => {
    counts.set(loss.kind, (counts.get(loss.kind) ?? 0) + 1);
    const listed = losses.get(loss.kind) ?? [];
    if (listed.length < SHOWN_PER_KIND) losses.set(loss.kind, [...listed, loss]);
    if (isJson) printLoss(loss);
  };
  const { source, keys } = reading;
  const { catalogue, chunkIdKey } = reader;
  const content = new ContentReader({
    source,
    primitives: nodePrimitives,
    companyId: keys.companyId,
    catalogue,
    chunkIdKey,
  });
  const zip = new ZipFile(path, `${path}.${toHex(nodeRandomness.bytes(6))}.part`);
  try {
    const onProgress = (now: { files: number; bytes: number }) => {
      report.onProgress({ bytes: now.bytes - report.bytes, storedBytes: 0 });
      report.onFiles(now.files - report.files);
    };
    const missing = new MissingDocuments(report);
    const { failures, ...written } = await writeZip({
      ...{ reader, content, paths, zip, onLoss, onProgress },
      onFailure: missing.note,
    });
    report.finish({ failures, shortfalls: 0 });
    if (failures > 0) throw missing.toError();
    await zip.finish();
    if (!isJson) describeLosses(losses, counts);
    return { zip: path, ...written, zipLosses: Object.fromEntries(counts), seconds: report.seconds };
  } catch (error) {
    await zip.abort();
    throw error;
  }
}

/** Named in the last words; each was named by itself before. */
const LISTED_MISSING = 20;

class MissingDocuments {
  readonly #report: RestoreReport;
  readonly #listed: string[] = [];
  #count = 0;

  constructor(report: RestoreReport) {
    this.#report = report;
  }

  note = (failure: FileFailure): void => {
    this.#report.onFailure(failure);
    this.#count++;
    if (this.#listed.length < LISTED_MISSING) this.#listed.push(toReadableText(`/${failure.path}`));
  };

  toError(): ClientError {
    const more = this.#count > this.#listed.length ? ` and ${this.#count - this.#listed.length} more` : "";
    const what = this.#count === 1 ? "1 document" : `${this.#count} documents`;
    return new ClientError(
      "document_missing",
      `no archive was written, because no good copy exists of ${what}: ${this.#listed.join(", ")}${more}; restore with --to to get everything else`,
    );
  }
}

function printLoss({ kind, path, writtenAs }: ZipLoss): void {
  print(true, { ...pathFields(path), zipLoss: kind, ...(writtenAs !== undefined && { writtenAs }) }, "");
}

function describeLosses(losses: ReadonlyMap<ZipLossKind, ZipLoss[]>, counts: ReadonlyMap<ZipLossKind, number>): void {
  for (const [kind, listed] of losses) {
    const count = counts.get(kind) ?? 0;
    console.log(`${count} ${zipLossMeaning[kind]}:`);
    for (const { path, writtenAs } of listed) {
      console.log(`  ${toReadableText(`/${path}`)}${writtenAs === undefined ? "" : ` as ${writtenAs}`}`);
    }
    if (count > listed.length) console.log(`  and ${count - listed.length} more (--json lists all)`);
  }
  console.log(`${ZIP_ALWAYS_LOST[0]?.toUpperCase()}${ZIP_ALWAYS_LOST.slice(1)}.`);
}
