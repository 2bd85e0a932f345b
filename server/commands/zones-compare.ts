import { resolve } from "node:path";
import { z } from "zod";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { listUnknownSnapshots } from "../domain/snapshot/list-unknown-snapshots.ts";
import type { OpenZone } from "../zones/open-zones.ts";
import { parseCommandInput, print } from "./owner/command-input.ts";
import { listCompanyIds } from "./service/list-company-ids.ts";
import { type OpenService, openService } from "./service/open-service.ts";

const EXIT_COMPLETE = 0;
/** Something is to be looked at, or a zone could not be; it is named. */
const EXIT_GAPS = 3;

const Input = z.object({
  data: z.string().min(1).default("data"),
  company: z.uuid("is a company's id").optional(),
  json: z.boolean().default(false),
});

/** `holdfast zones compare`: snapshots that a zone holds and the database does not know, for a person to decide about. Changes nothing. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { data, company, json: isJson } = parseCommandInput(Input, input);
  const service = await openService(resolve(data), process.env);
  try {
    const companyIds = await listCompanyIds(service.store, company);
    const away: string[] = [];
    let unknown = 0;
    for (const zone of service.zones.all()) {
      const found = await compareZone(service, zone, { companyIds, isJson });
      if (found === "away") away.push(zone.zoneId);
      else unknown += found;
    }
    const looked = service.zones.all().map(({ zoneId }) => zoneId);
    const answered = looked.filter((zoneId) => !away.includes(zoneId));
    const text = [
      `${unknown} snapshots that the database does not know, in ${answered.join(", ") || "no zone"}`,
      ...away.map((zoneId) => `${zoneId} does not answer`),
    ];
    print(isJson, { kind: "compared", answered, away, unknown }, text.join("\n"));
    return unknown + away.length === 0 ? EXIT_COMPLETE : EXIT_GAPS;
  } finally {
    await service.close();
  }
}

interface Compared {
  readonly companyIds: readonly string[];
  readonly isJson: boolean;
}

async function compareZone(
  { store }: OpenService,
  { zoneId, backup }: OpenZone,
  { companyIds, isJson }: Compared,
): Promise<number | "away"> {
  let unknown = 0;
  try {
    for (const companyId of companyIds) {
      for await (const { objectKey, commit, receipt } of listUnknownSnapshots(store, backup, companyId)) {
        unknown += 1;
        const what = receipt === null ? "without a receipt" : `${receipt.snapshotId}, received ${receipt.receivedAt}`;
        const value = { kind: "unknown", zoneId, companyId, commit, ...receipt, objectKey };
        print(isJson, value, `${zoneId}, company ${companyId}, number ${commit}: ${what}`);
      }
    }
    return unknown;
  } catch (error) {
    if (!(error instanceof ZoneError)) throw error;
    return "away";
  }
}
