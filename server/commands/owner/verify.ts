import { z } from "zod";
import { checkMachineHistory } from "../../api/client/check-history.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { findSnapshot } from "./find-snapshot.ts";
import { openReading } from "./open-reading.ts";
import { describeRest, outcomeOf } from "./restore.ts";
import { restoreToFolder } from "./restore-to-folder.ts";

const Input = z.object({ snapshot: z.string(), json: z.boolean().default(false) });

const EXIT_FAILED = 1;

/** `holdfast verify`: reads and verifies every byte of a snapshot, as a restore would, and writes nothing. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { snapshot, json: isJson } = parseCommandInput(Input, input);
  const reading = await openReading();
  try {
    const { snapshotId, machineId } = await findSnapshot(reading.session, snapshot, () => {});
    const reader = await reading.openSnapshot(snapshotId);
    const { exitCode, ...counts } = await restoreToFolder({
      reading,
      reader,
      paths: [],
      to: null,
      isOverwriting: false,
      isJson,
    });
    const { folders, files, bytes, storedBytes, seconds, failures } = counts;
    const history = await checkMachineHistory(reading.session, machineId);
    for (const { code, message } of history) print(isJson, { machineId, problem: code, message }, message);
    const code = history.length > 0 ? EXIT_FAILED : exitCode;
    const verified = { snapshotId, outcome: outcomeOf(code), files, folders, bytes, storedBytes, failures, seconds };
    print(isJson, verified, `verified ${files} files, ${bytes} bytes in ${seconds} s${describeRest(counts)}`);
    return code;
  } finally {
    reading.close();
  }
}
