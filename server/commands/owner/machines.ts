import { z } from "zod";
import { companyIdSchema } from "../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { MachineView } from "../../../contracts/machines.ts";
import { listPages } from "../../api/client/list-pages.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { openSession } from "./open-session.ts";

const Input = z.object({ company: companyIdSchema.optional(), json: z.boolean().default(false) });

/** `holdfast machines`: what is backed up, and when it last was. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { company, json } = parseCommandInput(Input, input);
  const { client } = await openSession(process.env);
  const machines = listPages<MachineView>((cursor) =>
    client.machines.list.query({
      limit: PAGE_MAX_COUNT,
      ...(company !== undefined && { companyId: company }),
      ...(cursor !== undefined && { cursor }),
    }),
  );
  let count = 0;
  for await (const machine of machines) {
    print(json, { ...machine }, describeMachine(machine));
    count++;
  }
  if (count === 0 && !json) console.log("No machines yet. An owner lets one in with: holdfast enrolments create");
  return 0;
}

function describeMachine({ machineId, name, companyName, state, snapshotCount, lastSnapshot }: MachineView): string {
  const last = lastSnapshot === null ? "never" : lastSnapshot.receivedAt.toISOString();
  return `${machineId}  ${name}  (${companyName})  ${state}  ${snapshotCount} snapshots, last ${last}`;
}
