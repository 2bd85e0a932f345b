import { formatCount } from "../../format/format-bytes.ts";
import type { SearchProgress } from "../runtime/protocol/reading-calls.ts";

/** The answer over the results, as far as it is known. */
export function searchHeadline(text: string, hits: number, progress: SearchProgress | null): string {
  if (text.trim() === "") return "Find a document on any machine, at any time";
  if (progress === null) return "Searching";
  const found = hits === 1 ? "1 document" : `${formatCount(hits)} documents`;
  if (!progress.isDone) return hits === 0 ? "Searching" : `${found} so far`;
  if (hits === 0) return "No document has this name.";
  return progress.isCut ? `The first ${found}` : found;
}

/** How far it is: "Searching 3 of 6 sources", then how many names were looked through. */
export function searchNote(progress: SearchProgress | null): string {
  if (progress === null) return "";
  if (!progress.isDone) return `Searching ${progress.sourcesDone} of ${progress.sources} sources`;
  const names = `${formatCount(progress.documents)} names looked through`;
  const cut = progress.isCut ? ". There are more: type more of the name" : "";
  const index = progress.isIndexCut ? ". There are more names than this browser may keep; the rest was left out" : "";
  return `${names}${cut}${index}`;
}
