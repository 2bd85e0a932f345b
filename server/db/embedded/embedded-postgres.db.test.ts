import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "./open-database.ts";
import { readPostmasterFile } from "./postmaster-file.ts";
import { withClient } from "./roles.ts";

const isRoot = process.getuid?.() === 0;
let dataFolder: string;
let migrationsFolder: string;
let opened: OpenDatabase | undefined;

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "holdfast-embedded-"));
  await chmod(dataFolder, 0o755);
  migrationsFolder = join(dataFolder, "migrations");
  await mkdir(join(migrationsFolder, "0001_a"), { recursive: true });
  await writeFile(
    join(migrationsFolder, "0001_a", "migration.sql"),
    "create table fruit (name text); grant select, insert on fruit to holdfast_app; insert into fruit values ('fig');",
  );
});

afterEach(async () => {
  await opened?.server.stop();
  opened = undefined;
  await rm(dataFolder, { recursive: true, force: true });
});

async function open(): Promise<OpenDatabase> {
  opened = await openDatabase({ dataFolder, migrationsFolder, isDurable: true });
  return opened;
}

async function countFruit(database: OpenDatabase): Promise<number> {
  return withClient(database.urls.appUrl, async (client) => {
    await client.query("insert into fruit values ('pear')");
    return (await client.query("select from fruit")).rowCount ?? 0;
  });
}

async function killPostmaster(): Promise<number> {
  const found = await readPostmasterFile(join(dataFolder, "postgres", "data"));
  if (!found) throw new Error("no server");
  process.kill(found.processId, "SIGKILL");
  return found.processId;
}

test("it starts in an empty folder, stops, and starts again with what was there", async () => {
  const first = await open();
  expect(first.appliedMigrations).toEqual(["0001_a"]);
  expect(await countFruit(first)).toBe(2);
  await first.server.stop();
  expect(await first.server.isRunning()).toBe(false);
  const second = await open();
  expect(second.server.isAdopted).toBe(false);
  expect(await countFruit(second)).toBe(3);
});

test("a server that still runs is adopted", async () => {
  const first = await open();
  await countFruit(first);
  const second = await open();
  expect(second.server.isAdopted).toBe(true);
  expect(second.server.port).toBe(first.server.port);
  expect(await countFruit(second)).toBe(3);
});

test("it comes back after kill -9 with everything that was committed", async () => {
  for (let round = 2; round < 5; round++) {
    expect(await countFruit(await open())).toBe(round);
    await killPostmaster();
  }
  expect(await countFruit(await open())).toBe(5);
});

test("a stale lock file with the number of another living process does not keep it from starting", async () => {
  await open();
  const processId = await killPostmaster();
  await sleep(1000);
  const path = join(dataFolder, "postgres", "data", "postmaster.pid");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace(String(processId), String(process.ppid)));
  expect(await countFruit(await open())).toBe(2);
});

test("a cluster whose making was interrupted is made anew", async () => {
  await mkdir(join(dataFolder, "postgres", "data.new", "base"), { recursive: true });
  expect(await countFruit(await open())).toBe(2);
});

test("a data folder of another major version is refused", async () => {
  await open().then(({ server }) => server.stop());
  opened = undefined;
  await writeFile(join(dataFolder, "postgres", "data", "PG_VERSION"), "17\n");
  await expect(open()).rejects.toMatchObject({ code: "postgres_wrong_version" });
});

describe.skipIf(!isRoot)("as root", () => {
  test("a folder that the lent account cannot enter is named, with one that works", async () => {
    await chmod(dataFolder, 0o700);
    const attempt = open();
    await expect(attempt).rejects.toMatchObject({ code: "postgres_unreachable_folder" });
    await expect(attempt).rejects.toThrow(`may not enter ${dataFolder} (mode 0700); start with --data /`);
  });
});

test("neither the log nor the settings show what a failing statement held", async () => {
  const { urls } = await open();
  await withClient(urls.appUrl, async (client) => {
    await expect(client.query("insert into fruit values ('canary'), (nonsense)")).rejects.toThrow();
    await expect(client.query("select $1::int", ["canary"])).rejects.toThrow();
  });
  const log = await readFile(join(dataFolder, "postgres", "postgres.log"), "utf8");
  expect(log).not.toContain("insert into");
});
