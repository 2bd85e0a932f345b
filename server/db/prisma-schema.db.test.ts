import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { Prisma } from "./generated/client.ts";
import { openPgDatabase, type PgDatabase } from "./pg-database.ts";
import { PROVIDER_ID, withCompany, withCompanyPrisma } from "./transaction.ts";

let testDatabase: TestDatabase;
let database: PgDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl });
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test("every table of schema.prisma is in the migrations, with all of its columns", async () => {
  for (const model of Object.values(Prisma.ModelName)) {
    const client = `${model.charAt(0).toLowerCase()}${model.slice(1)}`;
    const rows = await withCompanyPrisma(database, PROVIDER_ID, (tx) => {
      const table: unknown = Reflect.get(tx, client);
      if (
        typeof table !== "object" ||
        table === null ||
        !("findMany" in table) ||
        typeof table.findMany !== "function"
      ) {
        throw new Error(`${model} has no table`);
      }
      return table.findMany();
    });
    expect(rows, model).toEqual([]);
  }
});

test("a transaction that lost a deadlock is tried again", async () => {
  let attempts = 0;
  const result = await withCompany(database, PROVIDER_ID, async () => {
    if (attempts++ === 0) throw Object.assign(new Error("deadlock"), { code: "40P01" });
    return "done";
  });
  expect([result, attempts]).toEqual(["done", 2]);
});

test("a database that cannot be reached is a retryable fault by name", async () => {
  const lost = openPgDatabase({ url: "postgresql://holdfast_app:x@127.0.0.1:1/holdfast" });
  const attempt = withCompany(lost, PROVIDER_ID, async () => undefined);
  await expect(attempt).rejects.toMatchObject({ name: "StoreError", code: "unavailable", retryable: true });
  const plain = withCompanyPrisma(lost, PROVIDER_ID, (tx) => tx.zone.findMany());
  await expect(plain).rejects.toMatchObject({ name: "StoreError", code: "unavailable", retryable: true });
  await lost.close();
});
