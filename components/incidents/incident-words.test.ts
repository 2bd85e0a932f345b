import { expect, test } from "vitest";
import { INCIDENT_KINDS } from "../../contracts/incidents.ts";
import { readListState } from "../tables/list-state.ts";
import { INCIDENT_LIST, incidentFilters, incidentFiltersOf } from "./incident-list.ts";
import { incidentSentence, incidentWayOut } from "./incident-words.ts";
import { incidentsHeadline } from "./incidents-headline.ts";

test("the answer counts what is open, and what nobody has looked at", () => {
  expect(incidentsHeadline({ open: 0, acknowledged: 0 })).toBe("No incident is open.");
  expect(incidentsHeadline({ open: 1, acknowledged: 0 })).toBe("1 incident is open.");
  expect(incidentsHeadline({ open: 1200, acknowledged: 0 })).toBe("1,200 incidents are open.");
  expect(incidentsHeadline({ open: 2, acknowledged: 1 })).toBe("3 incidents are open. Nobody has looked at 2 of them.");
  expect(incidentsHeadline({ open: 0, acknowledged: 1 })).toBe("1 incident is open. Somebody knows of it.");
});

test("an incident says what is the case, and when it is over, what was", () => {
  const told = { code: "zone_unreachable", count: 1, state: "open", zoneOrdinal: 2 } as const;
  expect(incidentSentence({ ...told, kind: "run_missed" })).toBe("1 backup did not begin when it was due.");
  expect(incidentSentence({ ...told, kind: "run_missed", count: 3 })).toBe(
    "3 backups did not begin when they were due.",
  );
  expect(incidentSentence({ ...told, kind: "runs_failed", count: 4, code: "path_not_found" })).toBe(
    "4 backups failed one after the other, the last one with path_not_found.",
  );
  expect(incidentSentence({ ...told, kind: "zone_away" })).toBe("Zone 2 cannot be reached (zone_unreachable).");
  expect(incidentSentence({ ...told, kind: "zone_away", state: "closed" })).toContain("could not be reached");
  expect(incidentSentence({ ...told, kind: "copies_lost" })).toBe("1 bad copy has no good one in any zone.");
  expect(incidentSentence({ ...told, kind: "deletion_held", code: "clock_jumped" })).toContain("clocks differ");
  expect(incidentSentence({ ...told, kind: "deletion_held", code: "of_later" })).toContain("of_later");
  const stuck = { ...told, kind: "freeze_stuck", code: "no_locks" } as const;
  expect(incidentSentence(stuck)).toBe(
    "1 snapshot is not frozen, or locked for longer, a day after it was due: the archive of a zone cannot lock objects.",
  );
  expect(incidentSentence({ ...stuck, count: 3, code: "of_later", state: "closed" })).toBe(
    "3 snapshots were not frozen, or locked for longer, a day after they were due: of_later.",
  );
  for (const kind of INCIDENT_KINDS) expect(incidentWayOut(kind)).toMatch(/\.$/);
});

test("states and kinds share one filter of the address", () => {
  const list = readListState("/incidents", { show: ["run_missed", "open", "of_later"] }, INCIDENT_LIST);
  expect(incidentFiltersOf(list.filters)).toEqual({ states: ["open"], kinds: ["run_missed"] });
  const kindsOf = (audience: "staff" | "member") => incidentFilters(audience)[1]?.choices.map(({ value }) => value);
  expect(kindsOf("staff")).toEqual(INCIDENT_KINDS);
  expect(kindsOf("member")).toEqual(INCIDENT_KINDS.filter((kind) => !kind.startsWith("zone_")));
});
