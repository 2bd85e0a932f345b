import type { IncidentKind, IncidentView } from "../../contracts/incidents.ts";
import { formatCount } from "../format/format-bytes.ts";

export const INCIDENT_KIND_WORDS: Readonly<Record<IncidentKind, string>> = {
  copies_lost: "No good copy",
  second_certificate: "Link used twice",
  zone_away: "Zone away",
  zone_behind: "Zone behind",
  runs_failed: "Backups fail",
  run_missed: "Backup missed",
  freeze_stuck: "Freeze stuck",
  deletion_held: "Deletion held",
};

const STUCK_WORDS: Readonly<Record<string, string>> = {
  zone_away: "a zone or its archive cannot be reached",
  no_locks: "the archive of a zone cannot lock objects",
  page_unreadable: "a page of a snapshot cannot be read in any zone",
  pack_unreadable: "a pack has no good copy in any zone",
  id_lacking: "a snapshot reaches something that no pack holds",
  name_refused: "a name in the archive was deleted before",
  waiting: "their turn has not come",
};

const HELD_WORDS: Readonly<Record<string, string>> = {
  zone_away: "a zone cannot be reached",
  term_unknown: "a zone does not say whose history it holds",
  term_differs: "a zone holds another history than the database",
  zone_ahead: "a zone holds snapshots that the database does not know",
  clock_jumped: "clocks differ by more than 10 minutes",
  page_unreadable: "a page of a snapshot cannot be read in any zone",
  id_lacking: "a snapshot reaches something that no pack holds",
  journal_behind: "no zone has confirmed the list",
};

type Told = Pick<IncidentView, "kind" | "code" | "count" | "state" | "zoneOrdinal">;

/** What happened, or is the case; of a closed one, what was. */
export function incidentSentence({ kind, code, count, state, zoneOrdinal }: Told): string {
  const isOver = state === "closed";
  const figure = formatCount(count);
  switch (kind) {
    case "run_missed":
      return count === 1
        ? "1 backup did not begin when it was due."
        : `${figure} backups did not begin when they were due.`;
    case "runs_failed":
      return `${figure} backups failed one after the other, the last one with ${code}.`;
    case "zone_away":
      return `Zone ${zoneOrdinal ?? "?"} ${isOver ? "could not" : "cannot"} be reached (${code}).`;
    case "zone_behind":
      return `Zone ${zoneOrdinal ?? "?"} ${isOver ? "was" : "is"} back and ${isOver ? "caught" : "has been catching"} up for more than an hour.`;
    case "deletion_held":
      return `Nothing ${isOver ? "was" : "is"} deleted, although it was time: ${HELD_WORDS[code] ?? code}.`;
    case "freeze_stuck":
      return `${figure} ${count === 1 ? "snapshot" : "snapshots"} ${isOver ? "were not" : count === 1 ? "is not" : "are not"} frozen, or locked for longer, a day after ${count === 1 ? "it was" : "they were"} due: ${STUCK_WORDS[code] ?? code}.`;
    case "copies_lost":
      return `${figure} bad ${count === 1 ? "copy" : "copies"} ${isOver ? "had" : count === 1 ? "has" : "have"} no good one in any zone.`;
    case "second_certificate":
      return "An enrolment link that had been used was used again, by another agent. It was refused.";
  }
}

/** What ends it, and what is safe meanwhile. */
export function incidentWayOut(kind: IncidentKind): string {
  switch (kind) {
    case "run_missed":
      return "Switch the machine on and connect it; it catches up by itself.";
    case "runs_failed":
      return "The snapshots before are safe. See the newest run for what to do.";
    case "zone_away":
      return "Backups and restores go on with the other zone. Bring this one back; it catches up by itself.";
    case "zone_behind":
      return "Every snapshot is safe in the other zone. Look at this one's room and its line.";
    case "freeze_stuck":
      return "Nothing is lost: what is not frozen stays in the backup tier, and locks are made longer a month before they end. It is tried again every hour; bring back what the reason names.";
    case "deletion_held":
      return "Nothing is lost, and room is not freed. It goes on by itself when the reason is over.";
    case "copies_lost":
      return "See the findings for the snapshots that reach it. Older versions may be whole.";
    case "second_certificate":
      return "If it was not your own second try, somebody else has the link: revoke the machine that used it first, and enrol it anew.";
  }
}
