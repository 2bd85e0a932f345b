import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createPassword, readOrCreateSecretFile } from "../../platform/secrets.ts";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  SUPERUSER,
  startEmbeddedPostgres,
} from "./embedded-postgres.ts";
import { applyMigrations } from "./migrate.ts";
import { PostgresError } from "./postgres-error.ts";
import { APP_ROLE, DATABASE_NAME, ensureDatabase, ensureRoles, OWNER_ROLE, WORKER_ROLE, withClient } from "./roles.ts";

/** SQLSTATE cannot_connect_now. */
const STARTING_UP = "57P03";
const ANSWER_RETRY_MS = 200;
const MAX_START_ATTEMPTS = 10;

export interface DatabaseUrls {
  readonly superuserUrl: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly workerUrl: string;
}

export interface OpenDatabase {
  readonly server: EmbeddedPostgres;
  readonly urls: DatabaseUrls;
  readonly appliedMigrations: readonly string[];
}

export interface OpenDatabaseOptions {
  /** The supervisor's data folder: PostgreSQL lies in `postgres`, passwords in `secrets`. */
  readonly dataFolder: string;
  readonly migrationsFolder: string;
  readonly databaseName?: string;
  readonly isDurable: boolean;
  /** Loopback port; a free one is taken when it is left out. */
  readonly port?: number;
}

/** PostgreSQL running, roles made, database migrated: everything that the other processes need before they start. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const secretsFolder = join(options.dataFolder, "secrets");
  const password = (name: string) => readOrCreateSecretFile(join(secretsFolder, `postgres-${name}`), createPassword);
  const superuserPassword = await password("superuser");
  const passwords = { owner: await password("owner"), app: await password("app"), worker: await password("worker") };
  const server = await startAnswering({
    folder: join(options.dataFolder, "postgres"),
    superuserPassword,
    isDurable: options.isDurable,
    port: options.port,
  });
  const databaseName = options.databaseName ?? DATABASE_NAME;
  const url = (role: string, rolePassword: string, database: string) =>
    toUrl({ role, password: rolePassword, port: server.port, database });
  const maintenanceUrl = url(SUPERUSER, superuserPassword, "postgres");
  await ensureRoles(maintenanceUrl, passwords);
  await ensureDatabase(maintenanceUrl, databaseName);
  const urls = {
    superuserUrl: url(SUPERUSER, superuserPassword, databaseName),
    ownerUrl: url(OWNER_ROLE, passwords.owner, databaseName),
    appUrl: url(APP_ROLE, passwords.app, databaseName),
    workerUrl: url(WORKER_ROLE, passwords.worker, databaseName),
  };
  return { server, urls, appliedMigrations: await applyMigrations(urls.ownerUrl, options.migrationsFolder) };
}

/** What was adopted may be dying of the signal that killed its supervisor; then it is started again. */
async function startAnswering(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  for (let attempt = 1; ; attempt++) {
    const server = await startEmbeddedPostgres(options);
    const login = { role: SUPERUSER, password: options.superuserPassword, port: server.port, database: "postgres" };
    const refusal = await findRefusal(toUrl(login));
    if (refusal === null) return server;
    if (attempt === MAX_START_ATTEMPTS) {
      throw new PostgresError("postgres_failed", `PostgreSQL was started but does not answer: ${refusal}`);
    }
    await sleep(ANSWER_RETRY_MS);
  }
}

/** Why the server does not answer, or null when it does. One that replays its log is waited for. */
async function findRefusal(url: string): Promise<string | null> {
  for (;;) {
    try {
      await withClient(url, (client) => client.query("select 1"));
      return null;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!("code" in error) || error.code !== STARTING_UP) return error.message;
      await sleep(ANSWER_RETRY_MS);
    }
  }
}

function toUrl(login: { role: string; password: string; port: number; database: string }): string {
  return `postgresql://${login.role}:${login.password}@127.0.0.1:${login.port}/${login.database}`;
}
