import { resolve } from "node:path";
import { z } from "zod";
import { parseCommandInput, print } from "./owner/command-input.ts";
import { openNamed, withReachableFirst } from "./recover/open-remains.ts";
import { recoverService } from "./recover/recover-service.ts";
import { tellerOf, tellRecovery } from "./recover/tell-recovery.ts";

const Input = z.object({ file: z.string().min(1), data: z.string().min(1), json: z.boolean().default(false) });

/**
 * `holdfast zones promote`: the site of the database is gone, and another site goes on. The same as a recovery, except that the lost zone stays one of
 * the service's, behind those that answer: it gets the new term before anything else when it is back ([Note: control terms]), and is caught up.
 */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { file, data, json: isJson } = parseCommandInput(Input, input);
  const dataFolder = resolve(data);
  const remains = withReachableFirst(await openNamed(resolve(file), dataFolder));
  const { awayIds } = remains;
  const answered = remains.reachable.map(({ zoneId }) => zoneId);
  const report = await recoverService({ remains, dataFolder, tell: tellerOf(isJson) });
  for (const { companyId, zoneId, commit } of report.watermarks) {
    const text = `company ${companyId}: every snapshot up to number ${commit} is whole in ${zoneId}`;
    print(isJson, { kind: "watermark", companyId, zoneId, commit }, text);
  }
  const text = [
    `answered, and under the new term: ${answered.join(", ")}; new backups go to ${answered[0]}`,
    ...awayIds.map((zoneId) => `does not answer: ${zoneId}; it gets the new term and is caught up when it is back`),
    `start it with: holdfast start --data ${dataFolder} (without --zones: the order of the zones is another one now)`,
    "Let the service's address lead here; agents go on by themselves, and refuse the side that was lost. Everybody signs in again.",
    ...(awayIds.length === 0
      ? []
      : [
          `What the lost side did that is not known here: holdfast zones compare --data ${dataFolder}, when it is back`,
        ]),
  ];
  return tellRecovery(report, isJson, { kind: "promoted", value: { answered, away: awayIds, data: dataFolder }, text });
}
