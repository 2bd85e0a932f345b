import { resolve } from "node:path";
import { z } from "zod";
import { parseCommandInput } from "./owner/command-input.ts";
import { openRemains } from "./recover/open-remains.ts";
import { recoverService } from "./recover/recover-service.ts";
import { tellerOf, tellRecovery } from "./recover/tell-recovery.ts";

const Input = z.object({ from: z.string().min(1), data: z.string().min(1), json: z.boolean().default(false) });

/** `holdfast recover`: everything that the service knew, from one zone's folder or the zones that are left. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { from, data, json: isJson } = parseCommandInput(Input, input);
  const dataFolder = resolve(data);
  const remains = await openRemains(resolve(from), dataFolder);
  const report = await recoverService({ remains, dataFolder, tell: tellerOf(isJson) });
  const text = [
    `start it with: holdfast start --data ${dataFolder}`,
    "To set anew: everybody signs in again; give it the address that the old service had, and agents go on by themselves.",
  ];
  return tellRecovery(report, isJson, { kind: "recovered", value: { data: dataFolder }, text });
}
