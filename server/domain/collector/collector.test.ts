import { expect, test } from "vitest";
import type { CollectorRow } from "../store/collector-store.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { createDomainScene } from "../testing/domain-scene.ts";
import { newUuid } from "../testing/store-scene.ts";
import { isWithin, normalizeFolder, overlap } from "./collector-path.ts";
import { consentToCollector, endCollector } from "./decide-collector.ts";
import { type CollectorPlace, planCollector } from "./plan-collector.ts";
import { proposeCollector } from "./propose-collector.ts";

const NOW = new Date("2026-11-27T12:00:00Z");
const ROOTS = ["/srv/hosted"];

test("a folder is an absolute path of printable characters, without dots and doubled slashes", () => {
  expect(normalizeFolder("/srv//hosted/./acme/")).toBe("/srv/hosted/acme");
  expect(normalizeFolder("/srv/hosted/acme/../harbour")).toBe("/srv/hosted/harbour");
  expect(normalizeFolder("/")).toBe("/");
  for (const bad of ["srv/hosted", "", "/srv/a\nb", "/srv/a\0b", "/srv/\ud800"])
    expect(normalizeFolder(bad)).toBeNull();
});

test("folders overlap when one lies in the other, not when their names begin alike", () => {
  expect(isWithin("/srv/hosted", "/srv/hosted/acme")).toBe(true);
  expect(isWithin("/srv/hosted", "/srv/hosted-too")).toBe(false);
  expect(isWithin("/", "/srv")).toBe(true);
  expect(overlap("/srv/a/b", "/srv/a")).toBe(true);
  expect(overlap("/srv/a", "/srv/ab")).toBe(false);
});

test("only what lies below an allowed folder, and is nobody else's, can be proposed", async () => {
  const { deps, companyId } = await createDomainScene(createMemoryStore(() => NOW));
  const other = (await createDomainScene(deps.store)).companyId;
  const propose = (path: string, { of = companyId, roots = ROOTS } = {}) =>
    proposeCollector(deps, of, { name: "Files", path, roots, byPersonId: newUuid() });
  for (const path of ["/etc", "/srv/hosted", "/srv/hosted/../secrets", "hosted/acme"]) {
    await expect(propose(path)).rejects.toMatchObject({ code: "collector_refused" });
  }
  const unheard = propose("/srv/hosted/acme", { roots: [] });
  await expect(unheard).rejects.toThrow("HOLDFAST_COLLECTOR_ROOTS");
  await propose("/srv/hosted/acme/");
  for (const path of ["/srv/hosted/acme", "/srv/hosted/acme/sales"]) {
    await expect(propose(path, { of: other })).rejects.toThrow("a collector of another company has this folder");
  }
  await propose("/srv/hosted/acme-2", { of: other });
  await expect(propose("/srv/hosted/x", { of: newUuid() })).rejects.toMatchObject({ code: "not_found" });
  expect(await deps.store.listCollectors(companyId)).toMatchObject([{ path: "/srv/hosted/acme" }]);
});

test("a consent needs the link of an unused enrolment of the company, and is given once", async () => {
  const { deps, companyId, ownerId } = await createDomainScene(createMemoryStore(() => NOW));
  const input = { name: "Files", path: "/srv/hosted/acme", roots: ROOTS, byPersonId: newUuid() };
  const { collectorId } = await proposeCollector(deps, companyId, input);
  const enrolmentId = newUuid();
  const link = `https://x.test/enrol/${enrolmentId}#${"A".repeat(43)}`;
  const consent = { collectorId, enrolmentId, link, byPersonId: ownerId };
  await expect(consentToCollector(deps, companyId, consent)).rejects.toMatchObject({ code: "enrolment_invalid" });
  const head = await deps.store.findLogHead(companyId);
  if (head === null) throw new Error("no log");
  const statement = {
    kind: "log",
    number: head.number + 1,
    hash: new Uint8Array(32),
    bytes: new Uint8Array(1),
  } as const;
  await deps.store.createEnrolment(companyId, {
    ...{ enrolmentId, payload: new Uint8Array(9), enrolmentPublicKey: new Uint8Array(32), machineNameHint: null },
    expiresAt: new Date(NOW.getTime() + 60_000),
    log: { expectedHead: head, statements: [{ ...statement, objectKey: "keys/log/x" }], byPersonId: null },
  });
  const ofAnother = { ...consent, link: link.replace(enrolmentId, newUuid()) };
  await expect(consentToCollector(deps, companyId, ofAnother)).rejects.toMatchObject({ code: "enrolment_invalid" });
  await consentToCollector(deps, companyId, consent);
  await expect(consentToCollector(deps, companyId, consent)).rejects.toMatchObject({ code: "collector_changed" });
  await endCollector(deps, companyId, { collectorId, byPersonId: ownerId });
  const again = endCollector(deps, companyId, { collectorId, byPersonId: ownerId });
  await expect(again).rejects.toMatchObject({ code: "collector_changed" });
});

const COLLECTOR: CollectorRow = {
  ...{ companyId: newUuid(), collectorId: newUuid(), name: "Files", path: "/srv/hosted/acme" },
  ...{ proposedAt: new Date(5), consentedAt: new Date(6), endedAt: null, problem: null },
  agent: { agentId: newUuid(), machineId: newUuid() },
};
const PLACE: CollectorPlace = {
  hasState: true,
  hasLink: false,
  realPath: "/srv/hosted/acme",
  isEmpty: false,
  roots: ROOTS,
  ownFolders: ["/srv/hosted/holdfast/data"],
};

function step(collector: Partial<CollectorRow>, place: Partial<CollectorPlace> = {}, startMs?: number) {
  const next = startMs === undefined ? null : { dueAt: new Date(startMs), startAt: new Date(startMs) };
  const starts = [{ sourceId: newUuid(), next }];
  const row = { ...COLLECTOR, ...collector };
  return planCollector(row, { ...PLACE, ...place }, { hasSnapshot: true, starts, others: [row], now: NOW });
}

test("nothing is read before an owner consents, nor after it has ended", () => {
  expect(step({ consentedAt: null, agent: null }, { hasLink: true }, 0)).toEqual({ kind: "rest", problem: null });
  expect(step({ endedAt: new Date(7) }, {}, 0)).toEqual({ kind: "rest", problem: null });
});

test("it is enrolled by its link, backs up at once, and then when it is due", () => {
  expect(step({ agent: null }, { hasLink: true, hasState: false })).toEqual({ kind: "enrol" });
  // The portal's answer was lost: the same link once more.
  expect(step({}, { hasLink: true })).toEqual({ kind: "enrol" });
  expect(planCollector(COLLECTOR, PLACE, { hasSnapshot: false, starts: [], others: [COLLECTOR], now: NOW })).toEqual({
    kind: "back_up",
  });
  // The first try has failed: the next noon or midnight would be too late.
  const later = { sourceId: newUuid(), next: { dueAt: new Date("2026-11-28"), startAt: new Date("2026-11-28") } };
  const failed = { hasSnapshot: false, starts: [later], others: [COLLECTOR], now: NOW };
  expect(planCollector(COLLECTOR, PLACE, failed)).toEqual({ kind: "back_up" });
  expect(step({}, {}, NOW.getTime())).toEqual({ kind: "back_up" });
  expect(step({}, {}, NOW.getTime() + 1)).toEqual({ kind: "rest", problem: null });
  expect(step({})).toEqual({ kind: "rest", problem: null });
});

test.each([
  ["link_lost", { agent: null }, { hasState: false }],
  ["identity_lost", {}, { hasState: false }],
  ["path_missing", {}, { realPath: null }],
  ["path_outside", {}, { realPath: "/srv/other/acme" }],
  ["path_outside", {}, { realPath: "/srv/hosted" }],
  ["path_of_service", {}, { realPath: "/srv/hosted/holdfast" }],
  ["path_of_service", {}, { realPath: "/srv/hosted/holdfast/data/secrets" }],
  ["path_empty", {}, { isEmpty: true }],
] as const)("it rests and says so: %s", (problem, collector, place) => {
  expect(step(collector, place, 0)).toEqual({ kind: "rest", problem });
});

test("of two that have one folder the older one works", () => {
  const younger = {
    ...COLLECTOR,
    collectorId: newUuid(),
    companyId: newUuid(),
    proposedAt: new Date(9),
    path: "/srv/hosted/acme/x",
  };
  const others = [COLLECTOR, younger];
  expect(planCollector(COLLECTOR, PLACE, { hasSnapshot: false, starts: [], others, now: NOW })).toEqual({
    kind: "back_up",
  });
  expect(planCollector(younger, PLACE, { hasSnapshot: false, starts: [], others, now: NOW })).toEqual({
    kind: "rest",
    problem: "path_taken",
  });
});
