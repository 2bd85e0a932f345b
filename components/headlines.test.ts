import { expect, test } from "vitest";
import { companyView } from "../contracts/companies.ts";
import { policyIdSchema } from "../contracts/ids.ts";
import { type MachineView, machineView } from "../contracts/machines.ts";
import { personView } from "../contracts/people.ts";
import { type RunView, runView } from "../contracts/runs.ts";
import { zoneScrubsView } from "../contracts/scrubs.ts";
import { zonesView } from "../contracts/zones.ts";
import { companiesHeadline } from "./companies/companies-headline.ts";
import { shortObjectName, touchedWord } from "./findings/finding-words.ts";
import { findingsHeadline, lostHeadline } from "./findings/findings-headline.ts";
import { machineHeadline, machinesHeadline } from "./machines/machine-headline.ts";
import { peopleHeadline } from "./people/people-headline.ts";
import { policiesHeadline } from "./policies/policies-headline.ts";
import { runsHeadline } from "./runs/runs-headline.ts";
import { describeCopies } from "./status/describe-copies.ts";
import { zonesHeadline } from "./zones/zones-headline.ts";

const ID = "01000000-0000-7000-8000-000000000000";
const AT = new Date("2026-11-19T12:00:00Z");
const copies = (isSecond: boolean) => [
  { zoneId: "zone1", ordinal: 1, isPresent: true },
  { zoneId: "zone2", ordinal: 2, isPresent: isSecond },
];

function machine(name: string, state: MachineView["state"], isSecond = true): MachineView {
  const last = { snapshotId: "ab".repeat(16), receivedAt: AT, outcome: "complete", files: 2, bytes: 3, gaps: 0 };
  return machineView.parse({
    machineId: ID,
    companyId: ID,
    companyName: "Alder & Finch",
    name,
    state,
    enrolledAt: AT,
    lastSeenAt: AT,
    agentVersion: "0.1.0",
    agentId: ID,
    sourceCount: 1,
    snapshotCount: 1,
    lastSnapshot: state === "never" ? null : { ...last, copies: copies(isSecond) },
    openRunId: state === "running" ? ID : null,
  });
}

function run(outcome: RunView["outcome"]): RunView {
  return runView.parse({
    runId: ID,
    companyId: ID,
    companyName: "Alder & Finch",
    machineId: ID,
    machineName: "studio-nas",
    sourceId: ID,
    sourceKind: "files",
    sourceOrdinal: 1,
    zoneId: "zone1",
    startedAt: AT,
    endedAt: outcome === null ? null : AT,
    outcome,
    code: null,
    progress: { files: 0, bytes: 0, storedBytes: 0 },
    snapshotId: null,
    dueAt: null,
    isCatchUp: false,
    attempt: 1,
  });
}

const NONE = { protected: 0, gaps: 0, failed: 0, running: 0, never: 0 };

test("the answer counts machines that are safe, and names the first that is not", () => {
  const answer = (counts: Partial<typeof NONE>, first?: MachineView) =>
    machinesHeadline({ counts: { ...NONE, ...counts }, first });
  expect(answer({})).toBe("No machine is protected yet.");
  expect(answer({ protected: 1 }, machine("vm", "protected"))).toBe("vm is safe.");
  expect(answer({ protected: 5, failed: 1 }, machine("bim-ws-04", "failed"))).toBe(
    "5 of 6 machines are safe. bim-ws-04 needs you.",
  );
  expect(answer({ never: 1, gaps: 1 }, machine("a", "gaps"))).toBe("0 of 2 machines are safe. a and 1 more need you.");
  expect(answer({ running: 1, protected: 1 }, machine("a", "running"))).toBe("All 2 machines are safe.");
});

test("the answer for staff counts companies that need them, and names the only one", () => {
  const first = companyView.parse({
    companyId: ID,
    name: "Alder & Finch",
    createdAt: AT,
    state: "active",
    machineCount: 1,
    machineStates: { ...NONE, failed: 1 },
    snapshotCount: 0,
    lastSnapshotAt: null,
    storedBytes: 0,
  });
  const answer = (counts: Partial<typeof NONE>) => companiesHeadline({ counts: { ...NONE, ...counts }, first });
  expect(companiesHeadline({ counts: NONE, first: undefined })).toBe("No company yet.");
  expect(answer({ failed: 1 })).toBe("Alder & Finch needs you.");
  expect(answer({ running: 1 })).toBe("Alder & Finch is protected.");
  expect(answer({ failed: 10, gaps: 4, never: 2, protected: 496 })).toBe("16 of 512 companies need you.");
  expect(answer({ never: 1, protected: 1 })).toBe("1 of 2 companies needs you.");
  expect(answer({ running: 500, protected: 1000 })).toBe("All 1,500 companies are protected.");
});

test("people are counted by whose they are, or as many", () => {
  const person = (kind: "staff" | "member") =>
    personView.parse({
      personId: ID,
      email: "a@x.test",
      kind,
      role: kind === "staff" ? "admin" : "owner",
      companyId: kind === "staff" ? null : ID,
      companyName: kind === "staff" ? null : "A",
      createdAt: AT,
    });
  expect(peopleHeadline([], true)).toBe("Nobody can sign in yet.");
  expect(peopleHeadline([person("staff")], true)).toBe("1 staff can sign in.");
  expect(peopleHeadline([person("staff"), person("member")], true)).toBe("1 staff and 1 member can sign in.");
  expect(peopleHeadline([person("member"), person("member")], true)).toBe("2 members can sign in.");
  expect(peopleHeadline([person("member"), person("member")], false)).toBe("More than 2 people can sign in.");
});

test("a machine is protected where its newest snapshot is, and says so", () => {
  expect(machineHeadline(machine("vm", "protected"))).toBe("vm is protected in both zones.");
  expect(machineHeadline(machine("vm", "protected", false))).toBe("vm is protected, in zone 1 so far.");
  expect(machineHeadline(machine("vm", "never"))).toBe("vm has no snapshot yet.");
  expect(describeCopies([])).toBe("none yet");
});

test("runs are counted by how they ended, and those that go on are named", () => {
  expect(runsHeadline([])).toBe("No run yet.");
  expect(runsHeadline([run("complete")])).toBe("The newest run ended well.");
  expect(runsHeadline([run("failed")])).toBe("The newest run ended badly.");
  expect(runsHeadline([run("complete"), run("complete")])).toBe("The newest 2 runs ended well.");
  expect(runsHeadline([run(null), run("complete"), run("failed")])).toBe(
    "1 of the newest 2 runs ended well. 1 is running.",
  );
});

test("zones say what cannot be reached and how far behind a zone is", () => {
  const zone = (ordinal: number, state: string) => {
    const zoneId = `zone${ordinal}`;
    return { zoneId, ordinal, kind: "fs", state, probedAt: AT, probe: null };
  };
  const mark = (ordinal: number, lagMs: number) => ({
    zoneId: `zone${ordinal}`,
    watermark: 1,
    behindCount: lagMs === 0 ? 0 : 1,
    lagMs,
  });
  const view = (state: string, lagMs: number) =>
    zonesView.parse({
      zones: [zone(1, "healthy"), zone(2, state)],
      companies: [{ companyId: ID, companyName: "A", headCommit: 2, zones: [mark(1, 0), mark(2, lagMs)] }],
    });
  expect(zonesHeadline(view("healthy", 0))).toBe("Both zones can be reached. Every snapshot is in each of them.");
  expect(zonesHeadline(view("healthy", 180_000))).toBe("Both zones can be reached. Zone 2 is 3 min behind.");
  expect(zonesHeadline(view("unreachable", 180_000))).toBe("Zone 2 cannot be reached, and is 3 min behind.");
});

test("findings say what is lost before what is being healed, and a healed one worries nobody", () => {
  const answer = (lost: number, open: number, healed: number) =>
    zoneScrubsView.parse(
      [1, 2].map((ordinal) => ({
        zoneId: `zone${ordinal}`,
        lastFullAt: null,
        percent: 12,
        findings: ordinal === 1 ? { lost, open, healed } : { lost: 0, open: 0, healed: 0 },
      })),
    );
  expect(findingsHeadline(answer(0, 0, 0))).toBe("No bad copy was ever found.");
  expect(findingsHeadline(answer(0, 0, 1200))).toBe("Every bad copy that was found is healed: 1,200 so far.");
  expect(findingsHeadline(answer(0, 1, 2))).toBe("1 bad copy is being healed.");
  expect(findingsHeadline(answer(2, 3, 0))).toBe("2 bad copies have no good one left. 3 bad copies are being healed.");
  expect(lostHeadline(answer(0, 3, 2))).toBeNull();
  expect(lostHeadline(answer(1, 0, 0))).toBe("1 bad copy has no good one left.");
});

test("a finding says how many snapshots it touches, and whether these are all", () => {
  const touched = (count: number, isExact = true) => ({
    kind: "content" as const,
    touched: { count, isExact, newest: [] },
  });
  expect(touchedWord({ kind: "content", touched: null })).toBe("being looked for");
  expect(touchedWord(touched(1))).toBe("1 snapshot");
  expect(touchedWord(touched(1234))).toBe("1,234 snapshots");
  expect(touchedWord(touched(3, false))).toBe("3 snapshots at most");
  expect(touchedWord(touched(0))).toBe("none");
  expect(touchedWord({ ...touched(0), kind: "wrap" })).toBe("keys, of no snapshot alone");
  expect(shortObjectName("ab".repeat(32))).toBe("abababababab…abab");
  expect(shortObjectName("companies/x/keys/log/00000001")).toBe("00000001");
});

test("policies are counted with the companies that have them", () => {
  const policy = (companies: number) => ({ policyId: policyIdSchema.parse(ID), name: "Gold", companies });
  expect(policiesHeadline({ policies: [] })).toBe("There is no policy yet.");
  expect(policiesHeadline({ policies: [policy(0)] })).toBe("1 policy holds for no company yet.");
  expect(policiesHeadline({ policies: [policy(1)] })).toBe("1 policy holds for 1 company.");
  expect(policiesHeadline({ policies: [policy(12), policy(2)] })).toBe("2 policies hold for 14 companies.");
});
