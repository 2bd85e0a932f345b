/** A step of a job, of one company or (null) of the provider. The queue wakes; this row alone says who may work and where to go on. */
export interface JobKey {
  readonly companyId: string | null;
  /** Such as `replicate/zone2`. */
  readonly name: string;
}

export interface JobStore {
  /** Null while somebody else holds it. Otherwise a new fencing token and the cursor that the last step saved. */
  takeJob(
    job: JobKey,
    owner: string,
    leaseMs: number,
  ): Promise<{ readonly fencingToken: number; readonly cursor: string | null } | null>;
  /** Saves the cursor and prolongs the lease (`leaseMs` 0 gives it up). False when the token is no longer the job's: stop. */
  saveJob(
    job: JobKey,
    step: { readonly fencingToken: number; readonly cursor: string | null; readonly leaseMs: number },
  ): Promise<boolean>;
}
