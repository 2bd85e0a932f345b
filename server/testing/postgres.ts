import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import type { DatabaseUrls } from "../db/embedded/open-database.ts";
import { OWNER_ROLE, withClient } from "../db/embedded/roles.ts";
import { TEMPLATE_DATABASE } from "./postgres-setup.ts";

export interface TestDatabase extends DatabaseUrls {
  readonly databaseName: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/** A migrated, empty database of its own for one test file; call it in `beforeAll`, and `drop` in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = inject("postgres");
  const databaseName = `test_${randomBytes(8).toString("hex")}`;
  const maintenanceUrl = withDatabase(template.superuserUrl, "postgres");
  await withClient(maintenanceUrl, (client) =>
    client.query(`create database ${databaseName} template ${TEMPLATE_DATABASE} owner ${OWNER_ROLE}`),
  );
  return {
    databaseName,
    superuserUrl: withDatabase(template.superuserUrl, databaseName),
    ownerUrl: withDatabase(template.ownerUrl, databaseName),
    appUrl: withDatabase(template.appUrl, databaseName),
    workerUrl: withDatabase(template.workerUrl, databaseName),
    drop: async () => {
      await withClient(maintenanceUrl, (client) =>
        client.query(`drop database if exists ${databaseName} with (force)`),
      );
    },
  };
}

function withDatabase(url: string, databaseName: string): string {
  const changed = new URL(url);
  changed.pathname = `/${databaseName}`;
  return changed.href;
}
