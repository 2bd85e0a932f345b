/** A collector as everybody may know it; the secret of its link is asked for alone. */
export interface CollectorRow {
  readonly companyId: string;
  readonly collectorId: string;
  readonly name: string;
  /** Absolute, on the worker's machine. */
  readonly path: string;
  readonly proposedAt: Date;
  /** Null before an owner has consented. */
  readonly consentedAt: Date | null;
  /** Null until an owner has withdrawn the consent, or staff have removed it. */
  readonly endedAt: Date | null;
  /** What it became by its enrolment; null before. */
  readonly agent: { readonly agentId: string; readonly machineId: string } | null;
  /** Code of what keeps it from working; null when nothing does. */
  readonly problem: string | null;
}

export interface NewCollector {
  readonly collectorId: string;
  readonly name: string;
  readonly path: string;
  readonly byPersonId: string;
}

export interface CollectorConsent {
  readonly collectorId: string;
  readonly enrolmentId: string;
  /** With its secret: kept until the worker has enrolled the collector, and nowhere else. */
  readonly link: string;
  readonly byPersonId: string;
}

/** So many may be open in the whole service: each wants a share of one machine's cores. */
export const MAX_OPEN_COLLECTORS = 500;

/** Agents that the provider runs for data which it hosts: proposed by staff, consented to by an owner, run by the worker. */
export interface CollectorStore {
  /** @throws StoreError `not_found` for an unknown company */
  proposeCollector(companyId: string, collector: NewCollector): Promise<void>;
  /** Newest first, at most 500, those that have ended, too. */
  listCollectors(companyId: string): Promise<readonly CollectorRow[]>;
  /** Provider-wide, oldest first: those that have not ended. */
  listOpenCollectors(): Promise<readonly CollectorRow[]>;
  /** `not_proposed`: there is none, an owner has consented before, or it has ended. @throws StoreError `not_found` for an enrolment that is not the company's */
  consentCollector(companyId: string, consent: CollectorConsent): Promise<"consented" | "not_proposed">;
  /** Forgets the link as well. `not_open`: there is none, or it has ended before. */
  endCollector(
    companyId: string,
    collector: { readonly collectorId: string; readonly byPersonId: string },
  ): Promise<"ended" | "not_open">;
  findCollectorLink(companyId: string, collectorId: string): Promise<string | null>;
  /** It is used, and nobody needs it again. */
  forgetCollectorLink(companyId: string, collectorId: string): Promise<void>;
  noteCollectorProblem(companyId: string, collectorId: string, problem: string | null): Promise<void>;
}
