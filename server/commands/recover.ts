import { resolve } from "node:path";
import { z } from "zod";
import { parseCommandInput, print } from "./owner/command-input.ts";
import { openRemains } from "./recover/open-remains.ts";
import { recoverService } from "./recover/recover-service.ts";

const Input = z.object({ from: z.string().min(1), data: z.string().min(1), json: z.boolean().default(false) });

const EXIT_COMPLETE = 0;
const EXIT_GAPS = 3;

/** `holdfast recover`: everything that the service knew, from one zone's folder or the zones that are left. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { from, data, json: isJson } = parseCommandInput(Input, input);
  const dataFolder = resolve(data);
  const tell = (message: string) =>
    isJson ? console.log(JSON.stringify({ kind: "progress", message })) : console.error(`holdfast: ${message}`);
  const remains = await openRemains(resolve(from), dataFolder);
  const report = await recoverService({ remains, dataFolder, tell });
  const { counts, seconds, objectsRead, term, damagedPacks, unknownObjects, snapshotsBeyond } = report;
  for (const { packId, problem } of damagedPacks)
    print(isJson, { kind: "damaged", packId, problem }, `damaged: pack ${packId}: ${problem}`);
  for (const beyond of snapshotsBeyond) {
    const text = `not whole here: snapshot ${beyond.snapshotId} of ${beyond.receivedAt}; it waits for a zone that has the rest`;
    print(isJson, { kind: "beyond", ...beyond }, text);
  }
  print(
    isJson,
    { kind: "recovered", ...counts, term, objectsRead, seconds, unknownObjects, data: dataFolder },
    [
      `companies: ${counts.companies}, people: ${counts.people}, machines: ${counts.machines}, snapshots: ${counts.snapshots}, packs: ${counts.packs}`,
      `read ${objectsRead} objects in ${seconds} s; the new history has term ${term}`,
      `start it with: holdfast start --data ${dataFolder}`,
      "To set anew: everybody signs in again; give it the address that the old service had, and agents go on by themselves.",
    ].join("\n"),
  );
  return damagedPacks.length + snapshotsBeyond.length === 0 ? EXIT_COMPLETE : EXIT_GAPS;
}
