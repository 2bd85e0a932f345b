import type { PoolClient, QueryResultRow } from "pg";
import { StoreError } from "../domain/store/store.ts";
import type { Prisma } from "./generated/client.ts";
import type { PgDatabase } from "./pg-database.ts";
import type { Statement } from "./statement.ts";

/**
 * [Note: Whose rows]
 *
 * Every statement of the product runs inside one of the six wrappers below. They set the company for the length of
 * the transaction; row-level security compares it with each row, and without it there are no rows. Reading across
 * companies means stepping into the role of staff, which sees fewer columns and changes nothing.
 */

/** The provider's own rows (staff, their sessions, provider-wide jobs) stand under this id, which no company has. */
export const PROVIDER_ID = "00000000-0000-0000-0000-000000000000";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A transaction that lost a deadlock did nothing; three more tries have always sufficed. */
const MAX_ATTEMPTS = 4;
const SERIALIZATION_FAILURE = "40001";
const UNIQUE_VIOLATION = "23505";
const DEADLOCK = "40P01";
const SQL_STATE = /^(?!EPIPE)[0-9A-Z]{5}$/;
/** Prisma's own codes: a lost race; no connection, none free, or one that broke. */
const PRISMA_CONFLICT = "P2034";
const UNAVAILABLE = /^(08...|57P0.|53300|P1001|P1002|P1008|P1017|P2024|P2028)$/;

/** One open transaction. */
export interface Tx {
  rows<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** The number of rows it touched. */
  run(statement: Statement, values: readonly unknown[]): Promise<number>;
}

export type PrismaTx = Prisma.TransactionClient;

/** Runs `work` in one transaction that sees and changes the rows of one company. Tried again when it lost a deadlock. */
export function withCompany<Result>(
  database: PgDatabase,
  companyId: string,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  return transact(database, `begin; set local holdfast.company = '${requireUuid(companyId)}'`, work);
}

/**
 * As `withCompany`, for statements that only probe indexes by many ids. PostgreSQL plans them once for each connection. It would plan
 * them anew for each call, because the one partition of 16 that is asked looks cheaper then: 2.1 instead of 1.2 ms for 90 ids. A plan that was
 * made while a table was empty must not scan it when it is full, so scans of whole tables are out of the question.
 */
export function withCompanyProbes<Result>(
  database: PgDatabase,
  companyId: string,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const begin = `begin; set local holdfast.company = '${requireUuid(companyId)}'`;
  return transact(
    database,
    `${begin}; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off`,
    work,
  );
}

/** Runs `work` in one transaction that reads across companies, with the sight of staff. */
export function withProvider<Result>(database: PgDatabase, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return transact(database, "begin; set local role holdfast_staff", work);
}

/** Runs `work` in one transaction of the journal, which sees what every company changed and nothing but the worker may put on. */
export function withJournal<Result>(database: PgDatabase, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return transact(database, "begin; set local role holdfast_journal", work);
}

/** As `withCompany`, through Prisma. */
export async function withCompanyPrisma<Result>(
  database: PgDatabase,
  companyId: string,
  work: (tx: PrismaTx) => Promise<Result>,
): Promise<Result> {
  requireUuid(companyId);
  return asStoreError(() =>
    database.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`select set_config('holdfast.company', ${companyId}, true)`;
      return work(tx);
    }),
  );
}

/** Runs one look-up that answers before the company is known; its function alone can see the row. */
export function lookUp<Row extends QueryResultRow>(
  database: PgDatabase,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  return asStoreError(async () => (await database.pool.query<Row>(text, [...values])).rows);
}

async function transact<Result>(
  database: PgDatabase,
  begin: string,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await asStoreError(() => transactOnce(database, begin, work));
    } catch (error) {
      const isLostRace = error instanceof StoreError && error.code === "conflict";
      if (!isLostRace || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function transactOnce<Result>(
  database: PgDatabase,
  begin: string,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(txOf(client));
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((reason: unknown) => {
      broken = reason instanceof Error ? reason : new Error(String(reason));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function txOf(client: PoolClient): Tx {
  return {
    rows: async <Row extends QueryResultRow>(statement: Statement, values: readonly unknown[]) =>
      (await client.query<Row>({ ...statement, values: [...values] })).rows,
    run: async (statement, values) => (await client.query({ ...statement, values: [...values] })).rowCount ?? 0,
  };
}

function requireUuid(companyId: string): string {
  if (!UUID.test(companyId)) throw new StoreError("invalid", "a company's id is a lower-case uuid");
  return companyId;
}

/** Turns what the driver throws into the port's errors; told apart by SQLSTATE, never by message. */
async function asStoreError<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = findSqlState(error);
    const isLostRace = code === SERIALIZATION_FAILURE || code === DEADLOCK || code === PRISMA_CONFLICT;
    // Whoever looks first and inserts then has looked before somebody else's commit; the next try sees it.
    if (isLostRace || code === UNIQUE_VIOLATION) {
      throw new StoreError("conflict", "another transaction was in the way; try again", { cause: error });
    }
    if (code === null ? isConnectionFault(error) : UNAVAILABLE.test(code)) {
      throw new StoreError("unavailable", "the database does not answer; try again", { cause: error });
    }
    if (code === "23503") {
      throw new StoreError("not_found", "something that this refers to does not exist in this company", {
        cause: error,
      });
    }
    if (code === "22P02" || code === "23514") {
      throw new StoreError("invalid", "a value is outside of what its column may hold", { cause: error });
    }
    throw error;
  }
}

function findSqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  return SQL_STATE.test(error.code) ? error.code : null;
}

function isConnectionFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string") return /^(ECONN|EPIPE|ENOENT|ETIMEDOUT)/.test(error.code);
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    error.message,
  );
}
