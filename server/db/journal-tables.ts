/**
 * What the journal carries, table by table (prisma/migrations, journal_row). Everything else is either rebuilt from the zones or begins
 * anew after a recovery; a table that stands in neither list fails a test, so that nobody forgets to decide.
 */
export const JOURNALED_TABLES = [
  "provider",
  "policy",
  "company",
  "person",
  "invitation",
  "member_blob",
  "object",
  "key_object",
  "enrolment",
  "machine",
  "agent",
  "collector",
  "source",
  "schedule",
  "run",
  "pack",
  "commit_number",
  "snapshot",
  "audit",
  "hold",
  "retention",
  "incident",
] as const;

export type JournaledTable = (typeof JOURNALED_TABLES)[number];

/** Whether a table has no company: its rows are the provider's own. */
export function isOfProvider(table: JournaledTable): boolean {
  return table === "provider" || table === "policy";
}

/** Why each of the others is left out. */
export const NOT_JOURNALED = {
  zone: "the settings name the zones; the rest is what probes see",
  session: "everybody signs in again",
  collector_link: "a secret that lives until the worker has used it",
  agent_nonce: "lives for minutes",
  chunk: "read from the packs' own directories",
  pack_presence: "listed in the zones",
  object_presence: "listed in the zones",
  closed_page: "a cache of what commits walked",
  watermark: "worked out from what is present",
  expected_run: "worked out from schedules",
  freeze_due: "what is due is worked out again, from then on",
  scrub_round: "a round is begun anew",
  scrub_finding: "what is bad in a zone is found again",
  sweep: "a round is begun anew",
  sweep_page: "what a round has marked",
  sweep_live: "what a round has marked",
  job: "cursors and leases of a worker that is gone",
  outbox: "the journal's own queue",
  journal_head: "the journal itself",
  journal_segment: "the journal itself",
  journal_zone: "the journal itself",
} as const;
