import { describeStore } from "../testing/store-contract.ts";
import { createMemoryStore } from "./memory-store.ts";

describeStore("the store in memory", async () => ({
  store: createMemoryStore(() => new Date()),
  close: async () => {},
}));
