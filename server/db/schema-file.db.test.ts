import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { withClient } from "./embedded/roles.ts";
import { describeSchema } from "./testing/describe-schema.ts";

const SCHEMA_FILE = new URL("../../prisma/schema.sql", import.meta.url);
const RENEW = "HOLDFAST_RENEW_SCHEMA=1 npm test -- server/db/schema-file";
const HEAD = `-- The schema after all migrations, read from the database's catalogs: the diff shows what a migration did. Renewed by
-- ${RENEW}
`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("prisma/schema.sql is what the migrations make", async () => {
  const found = `${HEAD}\n${await withClient(database.ownerUrl, describeSchema)}`;
  if (process.env.HOLDFAST_RENEW_SCHEMA === "1") await writeFile(SCHEMA_FILE, found);
  const kept = await readFile(SCHEMA_FILE, "utf8").catch(() => "");
  expect(kept, `prisma/schema.sql is out of date. Renew it: ${RENEW}`).toBe(found);
});

test("the description tells every change of a column, check, index, policy, trigger, function and right", async () => {
  await withClient(database.ownerUrl, async (client) => {
    let before = await describeSchema(client);
    expect(await describeSchema(client)).toBe(before);
    for (const change of [
      "alter table machine add column colour text",
      "alter table machine alter column colour set not null",
      "alter table machine alter column colour set default 'red'",
      "alter table machine add constraint machine_colour check (length(colour) < 10)",
      "create index machine_name on machine (company_id, name) where colour <> 'red'",
      "alter policy own_company on machine using (true)",
      "alter table machine no force row level security",
      "grant update (colour) on machine to holdfast_worker",
      "revoke select on machine from holdfast_staff",
      "create function paint() returns trigger language plpgsql as 'begin return new; end'",
      "create trigger paint before update on machine for each row execute function paint()",
      "grant execute on function paint() to holdfast_app",
      "create sequence colours",
      "grant usage on sequence colours to holdfast_app",
      "grant usage on schema pgboss to holdfast_staff",
    ]) {
      await client.query(change);
      const after = await describeSchema(client);
      expect(after, change).not.toBe(before);
      before = after;
    }
  });
});
