import { describeStore } from "../testing/store-contract.ts";
import { createMemoryStore } from "./memory-store.ts";

describeStore("the store in memory", async () => {
  const store = createMemoryStore(() => new Date());
  return { store, workerStore: store, close: async () => {} };
});
