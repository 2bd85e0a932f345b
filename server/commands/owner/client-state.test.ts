import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  clientStatePath,
  readClientState,
  updateClientState,
  withPin,
  withSequencePins,
  withSession,
} from "./client-state.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const TOMORROW = "2026-03-02T12:00:00.000Z";
const YESTERDAY = "2026-02-28T12:00:00.000Z";
const COMPANY_ID = "0190b5a0-0000-7000-8000-000000000001";
const session = { portalUrl: "http://a", email: "a@b.example", sessionToken: "one", expiresAt: TOMORROW };
const pinAt = (number: number, controlTerm = 1) => ({
  rootFingerprint: "ab".repeat(32),
  head: { number, hash: `${number}`.repeat(64).slice(0, 64) },
  controlTerm,
});

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-state-"));
  path = join(folder, "config", "client.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a client's state", () => {
  test("is empty at first, and read as it was written", async () => {
    expect(await readClientState(path)).toEqual({ v: 1, sessions: [], companies: {}, agents: {} });
    await updateClientState(path, (state) => withPin(withSession(state, session, NOW), COMPANY_ID, pinAt(3)));
    const state = await readClientState(path);
    expect(state.sessions).toEqual([session]);
    expect(state.companies[COMPANY_ID]).toEqual(pinAt(3));
  });

  test("can be read by its user alone, and leaves no drafts", async () => {
    await updateClientState(path, (state) => withSession(state, session, NOW));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "config"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, "config"))).toEqual(["client.json"]);
  });

  test("never goes back to an older log", () => {
    const state = withPin({ v: 1, sessions: [], companies: {}, agents: {} }, COMPANY_ID, pinAt(5));
    expect(withPin(state, COMPANY_ID, pinAt(4))).toEqual(state);
    expect(withPin(state, COMPANY_ID, pinAt(6)).companies[COMPANY_ID]?.head.number).toBe(6);
  });

  test("keeps the highest term, whatever log it came with, and reads what was written before terms were kept", async () => {
    const state = withPin({ v: 1, sessions: [], companies: {}, agents: {} }, COMPANY_ID, pinAt(5, 2));
    expect(withPin(state, COMPANY_ID, pinAt(4, 3)).companies[COMPANY_ID]).toEqual(pinAt(5, 3));
    expect(withPin(state, COMPANY_ID, pinAt(6, 0)).companies[COMPANY_ID]).toEqual(pinAt(6, 2));
    const { controlTerm: _, ...older } = pinAt(5);
    await mkdir(join(folder, "config"));
    await writeFile(path, JSON.stringify({ v: 1, sessions: [], companies: { [COMPANY_ID]: older }, agents: {} }));
    expect((await readClientState(path)).companies[COMPANY_ID]).toEqual(pinAt(5, 0));
  });

  test("never goes back to an older manifest of an agent", () => {
    const agentId = "0190b5a0-0000-7000-8000-000000000004";
    const pin = (sequence: number) => ({ agentId, sequence, headerHash: "cd".repeat(32) });
    const empty = { v: 1 as const, sessions: [], companies: {}, agents: {} };
    const state = withSequencePins(empty, [pin(7)]);
    expect(withSequencePins(state, [pin(6)])).toEqual(state);
    expect(withSequencePins(state, [pin(8)]).agents[agentId]?.sequence).toBe(8);
  });

  test("keeps the newest sign-in of each person, and forgets what has ended", () => {
    const other = { ...session, email: "c@d.example" };
    const ended = { ...session, email: "e@f.example", expiresAt: YESTERDAY };
    const renewed = { ...session, sessionToken: "two" };
    const state = { v: 1 as const, sessions: [session, other, ended], companies: {}, agents: {} };
    expect(withSession(state, renewed, NOW).sessions).toEqual([other, renewed]);
  });

  test("that is damaged is named and never thrown away silently", async () => {
    const damaged = join(folder, "damaged.json");
    for (const text of ["", "{", "[]", '{"v":2,"sessions":[],"companies":{},"agents":{}}']) {
      await writeFile(damaged, text);
      await expect(readClientState(damaged)).rejects.toMatchObject({ code: "client_state_damaged" });
      await expect(updateClientState(damaged, (state) => state)).rejects.toMatchObject({
        code: "client_state_damaged",
      });
    }
  });

  test("lies where the environment says", () => {
    expect(clientStatePath({ HOLDFAST_CLIENT_STATE: "/x/y.json", XDG_CONFIG_HOME: "/z" })).toBe("/x/y.json");
    expect(clientStatePath({ XDG_CONFIG_HOME: "/z" })).toBe("/z/holdfast/client.json");
    expect(clientStatePath({})).toMatch(/\/\.config\/holdfast\/client\.json$/);
  });
});
