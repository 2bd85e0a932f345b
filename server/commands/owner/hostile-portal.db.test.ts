import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { KeysView } from "../../../contracts/keys.ts";
import type { SnapshotPageView, SnapshotView } from "../../../contracts/snapshots.ts";
import { fromBase64, toBase64 } from "../../../engine/codec/hex.ts";
import { checkMachineHistory } from "../../api/client/check-history.ts";
import { createCompany } from "../../api/client/create-company.ts";
import { createEnrolment } from "../../api/client/create-enrolment.ts";
import { type DraftedKeys, draftKeys, sendKeys } from "../../api/client/create-keys.ts";
import { openSession } from "./open-session.ts";
import { nodeKeyTools, openOwnerSession } from "./owner-session.ts";
import { backUpTestMachine, enrolTestMachine, type TestMachine } from "./testing/test-machine.ts";
import { openTestPortal, STAFF, type TestPortal } from "./testing/test-portal.ts";

const PASSWORD = "the owner's login";
const MAIN = join(import.meta.dirname, "../../../bin/main.ts");

let portal: TestPortal;
let keys: DraftedKeys;
let machine: TestMachine;
let snapshotIds: string[];

const statePath = (name: string) => join(portal.folder, "clients", `${name}.json`);
const envOf = (state: string) => ({
  HOLDFAST_PORTAL: portal.portalUrl,
  HOLDFAST_CLIENT_STATE: statePath(state),
  HOLDFAST_EMAIL: keys.email,
  HOLDFAST_PASSWORD: PASSWORD,
  HOLDFAST_PASSPHRASE: keys.passphrase,
});

async function newLink(): Promise<string> {
  const session = await openOwnerSession({ env: envOf("maker") });
  const expiresAt = new Date(Date.now() + 3_600_000);
  return (await createEnrolment(nodeKeyTools, session, { expiresAt })).link;
}

beforeAll(async () => {
  portal = await openTestPortal();
  const { portalUrl } = portal;
  const staff = { HOLDFAST_PORTAL: portalUrl, HOLDFAST_EMAIL: STAFF.email, HOLDFAST_PASSWORD: STAFF.password };
  const { client } = await openSession({ ...staff, HOLDFAST_CLIENT_STATE: statePath("staff") });
  const company = { portalUrl, name: "A Company", ownerEmail: "owner@company.example" };
  const { link } = await createCompany(nodeKeyTools, client, company);
  keys = await draftKeys(nodeKeyTools, { link, password: PASSWORD });
  await sendKeys(keys);
  machine = await enrolTestMachine(portal, await newLink(), "Accounts");
  snapshotIds = await backUpTestMachine(portal, machine, 4);
});
afterEach(() => {
  portal.hostile = null;
});
afterAll(() => portal.close());

/** `holdfast snapshots --unlock --json`, on a computer with its own memory. */
async function listUnlocked(state: string): Promise<{ code: number; lines: Record<string, unknown>[] }> {
  const env = { NODE_ENV: "test" as const, PATH: process.env.PATH ?? "", ...envOf(state) };
  const args = [MAIN, "snapshots", "--unlock", "--json"];
  const { code, stdout } = await promisify(execFile)(process.execPath, args, { env }).then(
    (done) => ({ ...done, code: 0 }),
    (failed: { code: number; stdout: string }) => failed,
  );
  const texts = stdout.split("\n").filter((line) => line !== "");
  return { code, lines: texts.map((line) => JSON.parse(line)) };
}

/** Answers of `snapshots.list`, oldest first, changed. */
function changeList(change: (rows: SnapshotView[]) => SnapshotView[]): void {
  portal.hostile = {
    procedure: "snapshots.list",
    change: (output) => {
      const page = output as SnapshotPageView;
      return { ...page, rows: change(page.rows.toReversed()).toReversed() };
    },
  };
}

async function findCodes(state: string): Promise<string[]> {
  const env = envOf(state);
  const session = await openOwnerSession({ env });
  const findings = await checkMachineHistory(session, machine.machineId as SnapshotView["machineId"]);
  return findings.map(({ code }) => code);
}

function at(rows: SnapshotView[], index: number): SnapshotView {
  const row = rows[index];
  if (row === undefined) throw new Error(`the list has no row ${index}`);
  return row;
}

describe("an honest portal", () => {
  test("lists snapshots that are genuine, with the name that only members know", async () => {
    const { code, lines } = await listUnlocked("honest");
    expect(code).toBe(0);
    expect(lines.map(({ snapshotId }) => snapshotId)).toEqual(snapshotIds.toReversed());
    for (const line of lines) expect(line).toMatchObject({ sourceName: "Accounts", problem: null, files: 1 });
  });
});

describe("a hostile portal", () => {
  test("that withholds, repeats, moves or invents a snapshot is named", async () => {
    expect(await findCodes("chain")).toEqual([]);
    changeList((rows) => rows.toSpliced(1, 1));
    expect(await findCodes("chain")).toEqual(["header_gap"]);
    changeList((rows) => [...rows, { ...at(rows, 3), commit: 9 }]);
    expect(await findCodes("chain")).toEqual(["header_replayed"]);
    changeList((rows) => [at(rows, 0), { ...at(rows, 2), commit: 2 }, { ...at(rows, 1), commit: 3 }, at(rows, 3)]);
    expect(await findCodes("chain")).toEqual(["header_gap", "header_reordered"]);
    changeList((rows) => rows.slice(0, 3));
    expect(await findCodes("chain")).toEqual(["header_truncated"]);
    changeList((rows) => rows.with(3, { ...at(rows, 3), files: 2 }));
    expect(await findCodes("chain")).toContain("snapshot_not_genuine");
  });

  test("that hides the newest from a computer which never saw it is not noticed, as the threat model says", async () => {
    changeList((rows) => rows.slice(0, 3));
    expect(await findCodes("never-saw")).toEqual([]);
  });

  test("that changes a header is named by the command, which ends with 1", async () => {
    changeList((rows) => {
      const header = fromBase64(at(rows, 2).header ?? "");
      header[200] = (header[200] ?? 0) ^ 1;
      return rows.with(2, { ...at(rows, 2), header: toBase64(header) });
    });
    const { code, lines } = await listUnlocked("header");
    expect(code).toBe(1);
    const bad = lines.filter(({ problem, snapshotId }) => problem !== null && snapshotId !== undefined);
    expect(bad).toMatchObject([{ snapshotId: snapshotIds[2], problem: expect.stringMatching(/did not sign/) }]);
  });

  test("that serves an older log, or swaps keys, is named", async () => {
    const open = async (state: string, change: (view: KeysView) => Partial<KeysView>) => {
      portal.hostile = {
        procedure: "keys.get",
        change: (view) => ({ ...(view as object), ...change(view as KeysView) }),
      };
      return openOwnerSession({ env: envOf(state), tell: () => {} }).then(
        ({ incidents }) => incidents.map(({ code }) => code),
        (error: { code: string }) => error.code,
      );
    };
    expect(await open("log", (view) => view)).toEqual([]);
    expect(await open("log", ({ log }) => ({ log: log.slice(0, -1) }))).toBe("log_truncated");
    expect(await open("log", ({ wraps }) => ({ wraps: wraps.slice(2) }))).toBe("wrap_missing");
    expect(await open("log", ({ certificates: [first = ""] }) => ({ certificates: [first, mangle(first)] }))).toEqual([
      "certificate_forged",
    ]);
    expect(await open("log", ({ controlTerm }) => ({ controlTerm: controlTerm + 2 }))).toEqual([]);
    // From now on this computer has seen that the history went on elsewhere, also after an honest answer.
    for (const lower of [1, 2])
      expect(await open("log", ({ controlTerm }) => ({ controlTerm: controlTerm + 2 - lower }))).toBe(
        "control_term_rolled_back",
      );
    expect(await open("log-2", (view) => view)).toEqual([]);
    expect(await open("log-2", ({ memberBlob }) => ({ memberBlob: mangle(memberBlob ?? "") }))).toBe("wrap_damaged");
  });
});

/** The same with its last byte changed. */
function mangle(base64: string): string {
  const bytes = fromBase64(base64);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  return toBase64(bytes);
}
