import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";

export interface BadCopyReport {
  readonly packId: string;
  readonly zoneId: string;
  /** Which frame could not be opened; null when it was the pack as a whole. */
  readonly frame: number | null;
  readonly code: string;
}

/** A reader found a copy bad: it becomes suspect, and a check follows. Never a deletion. @throws DomainError `not_found` */
export async function reportBadCopy(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  { packId, zoneId, frame, code }: BadCopyReport,
): Promise<void> {
  const detail = frame === null ? code : `${code} frame ${frame}`;
  const isMarked = await store.markCopy(companyId, zoneId, { packId, state: "suspect", code: detail });
  if (!isMarked) throw new DomainError("not_found", "there is no such copy");
}
