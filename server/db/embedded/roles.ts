import { Client, escapeIdentifier, escapeLiteral } from "pg";

export const DATABASE_NAME = "holdfast";
export const OWNER_ROLE = "holdfast_owner";
export const APP_ROLE = "holdfast_app";
export const WORKER_ROLE = "holdfast_worker";
export const STAFF_ROLE = "holdfast_staff";
/** Owns the look-up functions that answer before the company is known; nobody logs in as it. */
export const LOOKUP_ROLE = "holdfast_lookup";
/** Sees what every company changed, to carry it to the zones; the worker takes it on by `set role`. */
export const JOURNAL_ROLE = "holdfast_journal";

export interface RolePasswords {
  readonly owner: string;
  readonly app: string;
  readonly worker: string;
}

/**
 * Makes the six roles, repeatably: the owner of the schema, the application and the worker (both under row-level
 * security), the staff's views, which application and worker take on by `set role`, the journal's, which the worker alone takes on, and the owner of the look-up
 * functions. None is a superuser and none passes row-level security.
 */
export async function ensureRoles(superuserUrl: string, passwords: RolePasswords): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    const logins = [
      [OWNER_ROLE, passwords.owner],
      [APP_ROLE, passwords.app],
      [WORKER_ROLE, passwords.worker],
    ] as const;
    for (const [role, password] of logins) {
      await ensureRole(client, role);
      await client.query(
        `alter role ${role} login nosuperuser nobypassrls nocreaterole nocreatedb password ${escapeLiteral(password)}`,
      );
    }
    for (const role of [STAFF_ROLE, LOOKUP_ROLE, JOURNAL_ROLE]) {
      await ensureRole(client, role);
      await client.query(`alter role ${role} nologin nosuperuser nobypassrls`);
    }
    await client.query(`grant ${STAFF_ROLE} to ${APP_ROLE}, ${WORKER_ROLE} with inherit false, set true`);
    await client.query(`grant ${JOURNAL_ROLE} to ${WORKER_ROLE} with inherit false, set true`);
    await client.query(`grant ${LOOKUP_ROLE} to ${OWNER_ROLE} with inherit false, set true`);
  });
}

/** Makes an empty database that belongs to the owner's role, unless it exists. */
export async function ensureDatabase(superuserUrl: string, name: string): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(name)} owner ${OWNER_ROLE}`);
  });
}

export async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: Client, role: string): Promise<void> {
  const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [role]);
  if (rowCount === 0) await client.query(`create role ${role}`);
}
