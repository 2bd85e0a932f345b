import { formatCount } from "../../format/format-bytes.ts";
import { plural } from "../basket/describe-basket.ts";
import type { UnfinishedRestore } from "../runtime/protocol/restore-calls.ts";

/** "7 of 20 documents verified": what was seen last, never more than there are. */
export function describeUnfinished({
  documents,
  documentsVerified,
}: Pick<UnfinishedRestore, "documents" | "documentsVerified">): string {
  return `${formatCount(Math.min(documents, documentsVerified))} of ${plural(documents, "document")} verified`;
}
