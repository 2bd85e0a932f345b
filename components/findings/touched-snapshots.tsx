import Link from "next/link";
import type { FindingView } from "../../contracts/scrubs.ts";
import { Moment } from "../format/moment.tsx";
import { touchedWord } from "./finding-words.ts";

/** How many snapshots reach what was found, and the newest of them by machine and moment. */
export function TouchedSnapshots({ finding }: { readonly finding: FindingView }) {
  const { touched, companyId } = finding;
  const newest = touched?.newest ?? [];
  return (
    <span className="block">
      <span className={touched === null ? "text-ink-3" : undefined}>{touchedWord(finding)}</span>
      {newest.map(({ snapshotId, machineId, machineName, receivedAt }) => (
        <span key={snapshotId} className="block text-small whitespace-nowrap text-ink-3">
          <Link
            href={`/companies/${companyId}/machines/${machineId}`}
            title={snapshotId}
            className="underline-offset-2 hover:text-accent hover:underline"
          >
            {machineName}
          </Link>
          , <Moment at={receivedAt} />
        </span>
      ))}
    </span>
  );
}
