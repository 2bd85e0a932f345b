import { existsSync } from "node:fs";
import { appendFile, chmod, chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../../platform/free-port.ts";
import { type Account, chooseAccount } from "./account.ts";
import { type PostgresPrograms, preparePrograms } from "./binaries.ts";
import { PostgresError } from "./postgres-error.ts";
import { isPostgresOf, readPostmasterFile } from "./postmaster-file.ts";
import { requireReachable } from "./reachable.ts";
import { runAs } from "./run-as.ts";
import { renderSettings } from "./settings.ts";

/** The data folder is of this major version; a new major is taken by recovery into a new folder. */
const POSTGRES_MAJOR = "18";
export const SUPERUSER = "holdfast_superuser";

/** Crash recovery replays at most `max_wal_size`; even a slow disk does that in this time. */
const MAX_START_SECONDS = 300;
/** After `kill -9` the old server's children take a moment to notice; so often, so long apart, is tried again. */
const MAX_START_ATTEMPTS = 20;
const START_RETRY_MS = 500;
const MAX_LOG_BYTES = 16 * 1024 * 1024;

export interface EmbeddedPostgresOptions {
  /** Folder of our own for the database; made if it is absent. */
  readonly folder: string;
  readonly superuserPassword: string;
  readonly isDurable: boolean;
  /** Loopback port; a free one is taken when it is left out. */
  readonly port?: number | undefined;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** The server was still running, left over by a supervisor that was killed. */
  readonly isAdopted: boolean;
  /** True while the server of this folder runs. */
  isRunning(): Promise<boolean>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk when it resolves. */
  stop(): Promise<void>;
}

interface Place {
  readonly account: Account;
  readonly programs: PostgresPrograms;
  readonly folder: string;
  readonly dataFolder: string;
}

/**
 * Starts PostgreSQL in `folder`, or adopts the one that still runs there. Survives `kill -9` of everything, at any
 * moment: a cluster appears under its name when it is complete, and a stale lock file is recognised.
 *
 * @throws PostgresError that says what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await preparePlace(options.folder);
  if (!existsSync(join(place.dataFolder, "PG_VERSION"))) await createCluster(place, options.superuserPassword);
  await requireVersion(place.dataFolder);
  const running = await findRunning(place);
  if (running !== null) return toHandle(place, running, true);
  return toHandle(place, await launch(place, options), false);
}

async function preparePlace(requestedFolder: string): Promise<Place> {
  await mkdir(requestedFolder, { recursive: true });
  // A running server is recognised by its working folder, which the system gives without links.
  const folder = await realpath(requestedFolder);
  const dataFolder = join(folder, "data");
  const account = await chooseAccount(dataFolder);
  if (account.uid !== undefined && account.gid !== undefined) await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o755);
  await requireReachable(account, folder);
  const programs = await preparePrograms(account, folder);
  return { account, programs, folder, dataFolder };
}

async function createCluster(place: Place, superuserPassword: string): Promise<void> {
  const { account, dataFolder, folder } = place;
  const draft = `${dataFolder}.new`;
  const passwordFile = join(folder, "superuser-password.new");
  await rm(draft, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await writeAs(account, passwordFile, `${superuserPassword}\n`);
  const args = ["-D", draft, "-U", SUPERUSER, `--pwfile=${passwordFile}`, "-A", "scram-sha-256", "-E", "UTF8"];
  const locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const { exitCode, output } = await runAs(account, place.programs.initdb, [...args, ...locale], folder);
  await rm(passwordFile, { force: true });
  if (exitCode !== 0) throw new PostgresError("postgres_failed", `initdb failed: ${output}`);
  await appendFile(join(draft, "postgresql.conf"), "\ninclude 'holdfast.conf'\n");
  await rename(draft, dataFolder);
}

async function requireVersion(dataFolder: string): Promise<void> {
  const version = (await readFile(join(dataFolder, "PG_VERSION"), "utf8")).trim();
  if (version === POSTGRES_MAJOR) return;
  throw new PostgresError(
    "postgres_wrong_version",
    `${dataFolder} is of PostgreSQL ${version}, this Holdfast brings ${POSTGRES_MAJOR}; recover into a new data folder`,
  );
}

async function findRunning({ account, programs, dataFolder, folder }: Place): Promise<number | null> {
  const { exitCode } = await runAs(account, programs.pgCtl, ["status", "-D", dataFolder], folder);
  if (exitCode !== 0) return null;
  const found = await readPostmasterFile(dataFolder);
  // The number in the lock file may by now be another program's, as after a restart of the machine.
  return found && (await isPostgresOf(found.processId, dataFolder)) ? found.port : null;
}

async function launch(place: Place, options: EmbeddedPostgresOptions): Promise<number> {
  const { account, programs, dataFolder, folder } = place;
  const logFile = join(folder, "postgres.log");
  await rotateLog(logFile);
  let output = "";
  for (let attempt = 1; attempt <= MAX_START_ATTEMPTS; attempt++) {
    await removeStaleLockFile(dataFolder);
    const port = options.port ?? (await findFreePort());
    const settings = renderSettings({ port, isDurable: options.isDurable });
    await writeAs(account, join(dataFolder, "holdfast.conf"), settings);
    const args = ["start", "-D", dataFolder, "-l", logFile, "-w", "-t", String(MAX_START_SECONDS), "-s"];
    const finished = await runAs(account, programs.pgCtl, args, folder);
    if (finished.exitCode === 0) return port;
    output = finished.output;
    await sleep(START_RETRY_MS);
  }
  const lastLines = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-5).join("\n");
  throw new PostgresError("postgres_failed", `PostgreSQL does not start: ${output}\n${lastLines}\n(see ${logFile})`);
}

async function removeStaleLockFile(dataFolder: string): Promise<void> {
  const found = await readPostmasterFile(dataFolder);
  if (found && !(await isPostgresOf(found.processId, dataFolder))) await rm(join(dataFolder, "postmaster.pid"));
}

function toHandle(place: Place, port: number, isAdopted: boolean): EmbeddedPostgres {
  const { account, programs, dataFolder, folder } = place;
  return {
    port,
    isAdopted,
    async isRunning() {
      const found = await readPostmasterFile(dataFolder);
      return found !== null && (await isPostgresOf(found.processId, dataFolder));
    },
    async stop() {
      const args = ["stop", "-D", dataFolder, "-m", "fast", "-w", "-t", String(MAX_START_SECONDS), "-s"];
      const { exitCode, output } = await runAs(account, programs.pgCtl, args, folder);
      if (exitCode !== 0 && (await findRunning(place)) !== null) {
        throw new PostgresError("postgres_failed", `PostgreSQL does not stop: ${output}`);
      }
    },
  };
}

/** Writes a small file that only `account` reads, durable and complete under its name. */
async function writeAs(account: Account, path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.${Date.now()}.draft`);
  await writeFile(draft, text, { mode: 0o600, flush: true });
  if (account.uid !== undefined && account.gid !== undefined) await chown(draft, account.uid, account.gid);
  await rename(draft, path);
}

async function rotateLog(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && found.size > MAX_LOG_BYTES) await rename(path, `${path}.1`);
}
