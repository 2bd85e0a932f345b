import { print } from "../owner/command-input.ts";
import type { RecoverReport } from "./recover-service.ts";

const EXIT_COMPLETE = 0;
const EXIT_GAPS = 3;

/** Tells progress while it goes on: not a result, so it goes to standard error where people read. */
export function tellerOf(isJson: boolean): (message: string) => void {
  return (message) =>
    isJson ? console.log(JSON.stringify({ kind: "progress", message })) : console.error(`holdfast: ${message}`);
}

/**
 * Says what was made, and names what could not be had. Answers the exit code.
 * @param last what stands in the last line besides, and below the figures for people
 */
export function tellRecovery(
  report: RecoverReport,
  isJson: boolean,
  last: { readonly kind: string; readonly value: Record<string, unknown>; readonly text: readonly string[] },
): number {
  const { counts, seconds, objectsRead, term, damagedPacks, unknownObjects, snapshotsBeyond, journalEndsAt } = report;
  for (const { packId, problem } of damagedPacks)
    print(isJson, { kind: "damaged", packId, problem }, `damaged: pack ${packId}: ${problem}`);
  for (const beyond of snapshotsBeyond) {
    const text = `not whole here: snapshot ${beyond.snapshotId} of ${beyond.receivedAt}; it waits for a zone that has the rest`;
    print(isJson, { kind: "beyond", ...beyond }, text);
  }
  print(
    isJson,
    { kind: last.kind, ...counts, term, objectsRead, seconds, unknownObjects, journalEndsAt, ...last.value },
    [
      `companies: ${counts.companies}, people: ${counts.people}, machines: ${counts.machines}, snapshots: ${counts.snapshots}, packs: ${counts.packs}`,
      `read ${objectsRead} objects in ${seconds} s; the new history has term ${term}`,
      `the journal ends at ${journalEndsAt}: what was done later is not known here; ${unknownObjects} objects in the zones may be of it`,
      ...last.text,
    ].join("\n"),
  );
  return damagedPacks.length + snapshotsBeyond.length === 0 ? EXIT_COMPLETE : EXIT_GAPS;
}
