import { join } from "node:path";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { MachineView, SourceView } from "../../../contracts/machines.ts";
import type { SnapshotView } from "../../../contracts/snapshots.ts";
import { listPages } from "../../api/client/list-pages.ts";
import { readSourceNames } from "../../api/client/read-source-names.ts";
import { print } from "./command-input.ts";
import { findSnapshotAt, listMachines } from "./find-snapshot.ts";
import type { Reading } from "./open-reading.ts";
import { restoreToFolder } from "./restore-to-folder.ts";

export interface RestoreCompanyOptions {
  readonly reading: Reading;
  readonly at: Date;
  readonly to: string;
  readonly isOverwriting: boolean;
  readonly isJson: boolean;
}

interface CompanyCounts {
  snapshots: number;
  machinesWithout: number;
  files: number;
  bytes: number;
  failures: number;
  shortfalls: number;
  exitCode: number;
}

/**
 * Restores every source of every machine as of a moment, below `<to>/<machine>/<source>/`. What cannot be restored is named and
 * the rest goes on.
 */
export async function restoreCompany(options: RestoreCompanyOptions): Promise<CompanyCounts> {
  const counts: CompanyCounts = {
    snapshots: 0,
    machinesWithout: 0,
    files: 0,
    bytes: 0,
    failures: 0,
    shortfalls: 0,
    exitCode: 0,
  };
  const folders = new FolderNames();
  for await (const machine of listMachines(options.reading.session)) {
    const folder = folders.nameOf("", machine.name, machine.machineId);
    const restored = await restoreMachine(options, { machine, folder, folders, counts });
    if (restored > 0) continue;
    counts.machinesWithout++;
    const { machineId, name } = machine;
    const text = `machine ${name}: nothing was received until ${options.at.toISOString()}`;
    print(options.isJson, { machineId, machineName: name, snapshotId: null }, text);
  }
  return counts;
}

async function restoreMachine(
  options: RestoreCompanyOptions,
  {
    machine,
    folder,
    folders,
    counts,
  }: { machine: MachineView; folder: string; folders: FolderNames; counts: CompanyCounts },
): Promise<number> {
  const { session } = options.reading;
  const { machineId } = machine;
  const names = await readSourceNames(session, machineId);
  const sources = listPages<SourceView>((cursor) =>
    session.client.sources.list.query({ machineId, limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
  let restored = 0;
  for await (const { sourceId, ordinal } of sources) {
    const sourceName = names.get(sourceId) ?? `Files ${ordinal}`;
    const to = join(options.to, folder, folders.nameOf(folder, sourceName, sourceId));
    try {
      const snapshot = await findSnapshotAt(session, { machineId, sourceId }, options.at);
      if (snapshot === null) continue;
      restored++;
      await restoreSource(options, { snapshot, sourceName, to, counts });
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      counts.failures++;
      counts.exitCode = 1;
      const what = `machine ${machine.name}, source ${sourceName}: ${error.message}`;
      print(options.isJson, { machineId, sourceId, problem: error.code, message: error.message }, what);
    }
  }
  return restored;
}

async function restoreSource(
  { reading, isOverwriting, isJson }: RestoreCompanyOptions,
  {
    snapshot,
    sourceName,
    to,
    counts,
  }: { snapshot: SnapshotView; sourceName: string; to: string; counts: CompanyCounts },
): Promise<void> {
  const reader = await reading.openSnapshot(snapshot.snapshotId);
  const result = await restoreToFolder({ reading, reader, paths: [], to, isOverwriting, isJson });
  counts.snapshots++;
  for (const name of ["files", "bytes", "failures", "shortfalls"] as const) counts[name] += result[name];
  counts.exitCode = worse(counts.exitCode, result.exitCode);
  const { machineId, machineName, sourceId, snapshotId, receivedAt } = snapshot;
  const line = `${machineName} / ${sourceName}: ${result.files} files of ${receivedAt.toISOString()} in ${to}`;
  const { exitCode: _, ...shown } = result;
  print(isJson, { machineId, machineName, sourceId, sourceName, snapshotId, receivedAt, to, ...shown }, line);
}

/** 1 (failed) over 3 (with gaps) over 0. */
function worse(one: number, other: number): number {
  if (one === 1 || other === 1) return 1;
  return Math.max(one, other);
}

/** Folder names for what people named freely: one component each, and never the same twice in one place. */
class FolderNames {
  readonly #given = new Set<string>();

  nameOf(parent: string, text: string, id: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const safe = text.replace(/[/\\\u0000-\u001f\u007f]/g, "_").slice(0, 80) || id;
    const isOdd = /^\.{1,2}$/.test(safe) || this.#given.has(join(parent, safe));
    const name = isOdd ? `${safe} (${id})` : safe;
    this.#given.add(join(parent, name));
    return name;
  }
}
