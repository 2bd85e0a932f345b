import { z } from "zod";
import { companyIdSchema, machineIdSchema, sourceIdSchema } from "../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { SnapshotView } from "../../../contracts/snapshots.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { listPages } from "./list-pages.ts";
import { openSession, type PersonSession } from "./open-session.ts";
import { openOwnerSession } from "./owner-session.ts";
import { createSnapshotReader, type SnapshotReading } from "./read-snapshot-view.ts";

const Input = z.object({
  company: companyIdSchema.optional(),
  machine: machineIdSchema.optional(),
  source: sourceIdSchema.optional(),
  before: z.iso
    .datetime({ offset: true, error: "is a moment like 2026-01-31T12:00:00Z" })
    .transform((text) => new Date(text))
    .optional(),
  limit: z.coerce.number("is a number").int().min(1, "is at least 1").optional(),
  names: z.boolean().default(false),
  json: z.boolean().default(false),
});
type SnapshotsInput = z.output<typeof Input>;

const EXIT_FAILED = 1;

/** `holdfast snapshots`: newest first; `--names` unlocks, checks each against the keys, and names its source. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const options = parseCommandInput(Input, input);
  const { client, read } = await openReading(options);
  let count = 0;
  let isAllGenuine = true;
  for await (const snapshot of listSnapshots(client, options)) {
    const reading = await read(snapshot);
    isAllGenuine &&= reading.problem === null;
    const { header: _, ...shown } = snapshot;
    const found = options.names ? { sourceName: reading.sourceName, problem: reading.problem } : {};
    print(options.json, { ...shown, ...found }, describeSnapshot(snapshot, reading));
    count++;
    if (count === options.limit) break;
  }
  if (count === 0 && !options.json) console.log("No snapshots.");
  return isAllGenuine ? 0 : EXIT_FAILED;
}

interface Reading {
  readonly client: PersonSession["client"];
  readonly read: (snapshot: SnapshotView) => Promise<SnapshotReading>;
}

async function openReading({ names }: SnapshotsInput): Promise<Reading> {
  if (!names) {
    const { client } = await openSession(process.env);
    return { client, read: async () => ({ sourceName: null, problem: null }) };
  }
  const session = await openOwnerSession();
  return { client: session.client, read: createSnapshotReader(session) };
}

function listSnapshots(
  client: PersonSession["client"],
  { company, machine, source, before, limit }: SnapshotsInput,
): AsyncGenerator<SnapshotView> {
  return listPages((cursor) =>
    client.snapshots.list.query({
      limit: Math.min(limit ?? PAGE_MAX_COUNT, PAGE_MAX_COUNT),
      ...(company !== undefined && { companyId: company }),
      ...(machine !== undefined && { machineId: machine }),
      ...(source !== undefined && { sourceId: source }),
      ...(before !== undefined && { before }),
      ...(cursor !== undefined && { cursor }),
    }),
  );
}

function describeSnapshot(snapshot: SnapshotView, { sourceName, problem }: SnapshotReading): string {
  const { snapshotId, machineName, sourceOrdinal, receivedAt, files, bytes, gaps, copies } = snapshot;
  const source = sourceName ?? `Files ${sourceOrdinal}`;
  const zones = copies.filter(({ isPresent }) => isPresent).map(({ zoneId }) => zoneId);
  const withGaps = gaps === 0 ? "" : `, ${gaps} gaps`;
  const line = `${snapshotId}  ${receivedAt.toISOString()}  ${machineName} / ${source}  ${files} files, ${bytes} bytes${withGaps}  in ${zones.join(", ")}`;
  return problem === null ? line : `${line}\n  NOT GENUINE: ${problem}`;
}
