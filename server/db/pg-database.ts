import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "./generated/client.ts";

/** Connections of one process; PostgreSQL is set up for 100 in all. */
const DEFAULT_CONNECTIONS = 10;
/** A statement that takes longer than this is a fault, not a slow day. */
const STATEMENT_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

const INT8_OID = 20;

export interface PgDatabase {
  readonly pool: pg.Pool;
  /** Plain reads and writes; sets, locks and bulk go through `pool` with the statements in sql/. */
  readonly prisma: PrismaClient;
  close(): Promise<void>;
}

export interface PgDatabaseOptions {
  readonly url: string;
  readonly connections?: number;
  /** Connections that break while idle; the next query opens a new one. */
  readonly onIdleError?: (error: Error) => void;
}

/** Opens the database under an application role; connects with the first query. */
export function openPgDatabase(options: PgDatabaseOptions): PgDatabase {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? DEFAULT_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    types: { getTypeParser },
  });
  pool.on("error", (error) => options.onIdleError?.(error));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    pool,
    prisma,
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** Counts and numbers stay far below 2^53, so `bigint` columns come as plain numbers. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: "text" | "binary") => {
  if (oid === INT8_OID && format !== "binary") return parseCount;
  return format === "binary" ? pg.types.getTypeParser(oid, "binary") : pg.types.getTypeParser(oid, "text");
};

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count)) throw new RangeError(`${text} is beyond the numbers that can be counted with`);
  return count;
}
