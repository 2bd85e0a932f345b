import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/postgres.ts";
import { applyMigrations } from "./migrate.ts";
import { withClient } from "./roles.ts";

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "holdfast-migrations-"));
  await withClient(database.ownerUrl, (client) => client.query("truncate _prisma_migrations"));
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, "migration.sql"), sql);
}

test("migrations are applied once, in order, also by processes that start together", async () => {
  await addMigration("0002_b", "alter table fruit add column colour text;");
  await addMigration("0001_a", "create table fruit (name text); insert into fruit values ('fig');");
  const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(database.ownerUrl, folder)));
  expect(applied.flat()).toEqual(["0001_a", "0002_b"]);
  expect(await applyMigrations(database.ownerUrl, folder)).toEqual([]);
});

test("a migration that fails leaves nothing behind and is tried again", async () => {
  await addMigration("0001_a", "create table fruit (name text); select 1/0;");
  await expect(applyMigrations(database.ownerUrl, folder)).rejects.toMatchObject({ code: "migration_failed" });
  await addMigration("0001_a", "create table fruit (name text);");
  expect(await applyMigrations(database.ownerUrl, folder)).toEqual(["0001_a"]);
});

test("a migration that was changed after it was applied is refused", async () => {
  await addMigration("0001_a", "create table fruit (name text);");
  await applyMigrations(database.ownerUrl, folder);
  await addMigration("0001_a", "create table fruit (name text not null);");
  await expect(applyMigrations(database.ownerUrl, folder)).rejects.toMatchObject({ code: "migration_changed" });
});

test("a database that is newer than the program is refused", async () => {
  await addMigration("0001_a", "create table fruit (name text);");
  await applyMigrations(database.ownerUrl, folder);
  await rm(join(folder, "0001_a"), { recursive: true });
  await expect(applyMigrations(database.ownerUrl, folder)).rejects.toMatchObject({ code: "database_newer" });
});
