import { describeStore } from "../domain/testing/store-contract.ts";
import { createTestDatabase } from "../testing/postgres.ts";
import { openPgDatabase } from "./pg-database.ts";
import { createPgStore } from "./pg-store.ts";

describeStore("the store over PostgreSQL", async () => {
  const testDatabase = await createTestDatabase();
  const database = openPgDatabase({ url: testDatabase.appUrl });
  const workerDatabase = openPgDatabase({ url: testDatabase.workerUrl });
  return {
    store: createPgStore(database),
    workerStore: createPgStore(workerDatabase),
    close: async () => {
      await database.close();
      await workerDatabase.close();
      await testDatabase.drop();
    },
  };
});
