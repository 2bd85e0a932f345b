import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePrimitives as primitives, nodeRandomness as randomness } from "../engine/primitives/node.ts";
import { run } from "./commands/check.ts";
import { newId } from "./new-id.ts";
import { confirmPendingIdentity, keepPendingIdentity } from "./state/identity.ts";
import { keepPins } from "./state/pins.ts";
import { openStateFolder } from "./state/state-folder.ts";
import { type FakeAnswer, FakePortal } from "./testing/fake-portal.ts";

const HELLO = {
  serverTime: new Date("2026-11-27T12:00:00Z"),
  controlTerm: 1,
  minAgentVersion: "0.1.0",
  logHead: { number: 0, hash: "00".repeat(32) },
  lastSequence: 0,
  lastHeader: null,
};

let folder: string;
let portal: FakePortal;
let answer: FakeAnswer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-check-"));
  portal = new FakePortal(() => answer);
  const state = openStateFolder(folder);
  const secrets = { signSeed: randomness.bytes(32), boxSeed: randomness.bytes(32) };
  const ids = { companyId: newId(), agentId: newId(), machineId: newId(), enrolmentId: newId() };
  const names = { origin: await portal.open(), machineName: "front-desk", scope: 0, rootFingerprint: "00".repeat(32) };
  const keys = { sign: primitives.signKeyPair(secrets.signSeed), box: primitives.boxKeyPair(secrets.boxSeed) };
  const bytes = { certificate: randomness.bytes(64), chunkIdKey: randomness.bytes(32) };
  keepPendingIdentity(state, { ...ids, ...names, ...keys, ...bytes }, secrets);
  confirmPendingIdentity(state);
  const pins = { logNumber: 0, logHash: "", controlTerm: 0, sequence: 0, headerHash: "", epoch: 1 };
  keepPins(state, { ...pins, companyPublicKey: "" });
});
afterEach(async () => {
  await portal.close();
  rmSync(folder, { recursive: true, force: true });
});

test("an agent that the portal answers can work, and signs what it asks", async () => {
  answer = { result: HELLO };
  expect(await run({ state: folder, json: true })).toBe(0);
  expect(portal.calls.map(({ procedure }) => procedure)).toEqual(["agent.hello"]);
  expect(portal.calls[0]?.authorization).toContain("Holdfast-Agent ");
});

test.each(["agent_revoked", "agent_clock_wrong"])("%s is the same for every version", async (code) => {
  answer = { code, status: 403 };
  expect(await run({ state: folder })).toBe(75);
});

test("as too old, or without what it was enrolled with, it cannot work", async () => {
  answer = { code: "agent_too_old", status: 426 };
  await expect(run({ state: folder })).rejects.toMatchObject({ code: "agent_too_old" });
  const empty = join(folder, "empty");
  await expect(run({ state: empty })).rejects.toMatchObject({ code: "not_enrolled" });
  rmSync(join(folder, "identity", "pins.json"));
  await expect(run({ state: folder })).rejects.toMatchObject({ code: "identity_damaged" });
});
