import { z } from "zod";
import { companyIdSchema, type MachineId, machineIdSchema, sourceIdSchema } from "../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { SnapshotView } from "../../../contracts/snapshots.ts";
import { checkMachineHistory } from "../../api/client/check-history.ts";
import { checkSnapshotView } from "../../api/client/check-snapshot-view.ts";
import { listPages } from "../../api/client/list-pages.ts";
import type { PortalClient } from "../../api/client/portal-client.ts";
import { readSourceNames } from "../../api/client/read-source-names.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { openSession } from "./open-session.ts";
import { type OwnerSession, openOwnerSession } from "./owner-session.ts";

const Input = z.object({
  company: companyIdSchema.optional(),
  machine: machineIdSchema.optional(),
  source: sourceIdSchema.optional(),
  before: z.iso
    .datetime({ offset: true, error: "is a moment like 2026-01-31T12:00:00Z" })
    .transform((text) => new Date(text))
    .optional(),
  limit: z.coerce.number("is a number").int().min(1, "is at least 1").optional(),
  unlock: z.boolean().default(false),
  json: z.boolean().default(false),
});
type SnapshotsInput = z.output<typeof Input>;

const EXIT_FAILED = 1;

/** `holdfast snapshots`: newest first; `--unlock` checks each against the keys and its agent's chain, and names its source. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const options = parseCommandInput(Input, input);
  return options.unlock ? listUnlocked(options) : listPlain(options);
}

async function listPlain(options: SnapshotsInput): Promise<number> {
  const { client } = await openSession(process.env);
  for await (const snapshot of listSnapshots(client, options)) {
    const { header: _, ...shown } = snapshot;
    print(options.json, shown, describeSnapshot(snapshot, `Files ${snapshot.sourceOrdinal}`));
  }
  return 0;
}

async function listUnlocked(options: SnapshotsInput): Promise<number> {
  const session = await openOwnerSession();
  const machines = new Map<MachineId, ReadonlyMap<string, string>>();
  let isGenuine = true;
  for await (const snapshot of listSnapshots(session.client, options)) {
    const { header: _, ...shown } = snapshot;
    const { machineId, sourceId } = snapshot;
    const names = machines.get(machineId) ?? (await readSourceNames(session, machineId));
    machines.set(machineId, names);
    const sourceName = names.get(sourceId) ?? null;
    const problem = findProblem(session, snapshot);
    isGenuine &&= problem === null;
    const line = describeSnapshot(snapshot, sourceName ?? `Files ${snapshot.sourceOrdinal}`);
    print(
      options.json,
      { ...shown, sourceName, problem },
      problem === null ? line : `${line}\n  NOT GENUINE: ${problem}`,
    );
  }
  for (const machineId of machines.keys()) {
    for (const { code, message } of await checkMachineHistory(session, machineId)) {
      isGenuine = false;
      print(options.json, { machineId, problem: message, code }, `machine ${machineId}: ${message}`);
    }
  }
  return isGenuine ? 0 : EXIT_FAILED;
}

function findProblem({ trust, tools }: OwnerSession, snapshot: SnapshotView): string | null {
  try {
    checkSnapshotView(tools.primitives, trust, snapshot);
    return null;
  } catch (error) {
    if (error instanceof Error && "code" in error) return error.message;
    throw error;
  }
}

async function* listSnapshots(
  client: PortalClient,
  { company, machine, source, before, limit }: SnapshotsInput,
): AsyncGenerator<SnapshotView> {
  let count = 0;
  const snapshots = listPages<SnapshotView>((cursor) =>
    client.snapshots.list.query({
      limit: Math.min(limit ?? PAGE_MAX_COUNT, PAGE_MAX_COUNT),
      ...(company !== undefined && { companyId: company }),
      ...(machine !== undefined && { machineId: machine }),
      ...(source !== undefined && { sourceId: source }),
      ...(before !== undefined && { before }),
      ...(cursor !== undefined && { cursor }),
    }),
  );
  for await (const snapshot of snapshots) {
    yield snapshot;
    if (++count === limit) return;
  }
}

function describeSnapshot(snapshot: SnapshotView, source: string): string {
  const { snapshotId, machineName, receivedAt, files, bytes, gaps, copies } = snapshot;
  const zones = copies.filter(({ isPresent }) => isPresent).map(({ zoneId }) => zoneId);
  const withGaps = gaps === 0 ? "" : `, ${gaps} gaps`;
  return `${snapshotId}  ${receivedAt.toISOString()}  ${machineName} / ${source}  ${files} files, ${bytes} bytes${withGaps}  in ${zones.join(", ")}`;
}
