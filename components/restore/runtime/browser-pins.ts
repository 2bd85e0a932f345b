import { z } from "zod";
import { sha256HexSchema } from "../../../contracts/fields.ts";
import { newerPin, type PinStore } from "../../../server/api/client/pin-store.ts";
import { changeEntry, readEntry } from "./database.ts";

const CompanyEntry = z.strictObject({
  rootFingerprint: sha256HexSchema,
  head: z.strictObject({ number: z.int().min(0), hash: sha256HexSchema }),
  /** Absent in what was written before terms were kept. */
  controlTerm: z.int().min(0).default(0),
});
const AgentEntry = z.strictObject({
  agentId: z.string(),
  sequence: z.int().min(1),
  headerHash: sha256HexSchema,
});

/** What this browser saw, kept in its database; an older pin never replaces a newer one. */
export const browserPins: PinStore = {
  async findCompany(companyId) {
    const entry = await readEntry("companies", companyId);
    // An entry that cannot be read must not count as "never seen": that would let a changed log in.
    return entry === undefined ? null : CompanyEntry.parse(entry);
  },
  rememberCompany(companyId, pin) {
    return changeEntry("companies", companyId, (entry) => {
      const before = entry === undefined ? null : CompanyEntry.parse(entry);
      return newerPin(before, pin);
    });
  },
  async findAgent(agentId) {
    const entry = await readEntry("agents", agentId);
    return entry === undefined ? null : AgentEntry.parse(entry);
  },
  async rememberAgents(pins) {
    for (const pin of pins) {
      await changeEntry("agents", pin.agentId, (entry) => {
        const before = entry === undefined ? null : AgentEntry.parse(entry);
        return before !== null && before.sequence >= pin.sequence ? before : pin;
      });
    }
  },
};
