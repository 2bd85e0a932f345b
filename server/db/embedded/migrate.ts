import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { PostgresError } from "./postgres-error.ts";
import { withClient } from "./roles.ts";

/** The number that Prisma's own tool locks, so that it and we never migrate at the same time. */
const MIGRATION_LOCK = 72707369;

const CREATE_TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the database up to the migrations in `folder`, in the order of their names, each in one transaction with its
 * row in `_prisma_migrations` (so that none is ever half applied). Processes that start together wait for each other.
 *
 * @returns the names of what was applied
 * @throws PostgresError `migration_changed`, `database_newer` or `migration_failed`, which leave the database as it was
 */
export async function applyMigrations(ownerUrl: string, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return withClient(ownerUrl, async (client) => {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    try {
      await client.query(CREATE_TABLE);
      const pending = await listPending(client, migrations);
      for (const migration of pending) await applyMigration(client, migration);
      return pending.map(({ name }) => name);
    } finally {
      await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]);
    }
  });
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, "migration.sql"))).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function listPending(client: Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    "select migration_name, checksum, finished_at from _prisma_migrations where rolled_back_at is null",
  );
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const name = row.migration_name;
    const migration = byName.get(name);
    if (!migration) {
      throw new PostgresError(
        "database_newer",
        `the database has migration ${name}, which this Holdfast does not know; use the newer one`,
      );
    }
    if (row.finished_at === null) {
      throw new PostgresError(
        "migration_failed",
        `migration ${name} was begun by another tool and not finished; resolve it with "prisma migrate resolve"`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new PostgresError(
        "migration_changed",
        `migration ${name} was changed after it was applied; restore its file and add a new migration`,
      );
    }
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return migrations.filter(({ name }) => !applied.has(name));
}

async function applyMigration(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    const reason = error instanceof Error ? error.message : String(error);
    throw new PostgresError("migration_failed", `migration ${name} failed and was rolled back: ${reason}`, {
      cause: error,
    });
  }
}
