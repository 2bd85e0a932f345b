import { afterAll, beforeAll, describe } from "vitest";
import type { Store } from "../store/store.ts";
import { describeAccounts } from "./accounts-contract.ts";
import { describeArchive } from "./archive-contract.ts";
import { describeCollectors } from "./collectors-contract.ts";
import { describeCommits } from "./commits-contract.ts";
import { describeIncidents } from "./incidents-contract.ts";
import { describeLedger } from "./ledger-contract.ts";
import { describeLists } from "./lists-contract.ts";
import { describePacks } from "./packs-contract.ts";
import { describePolicies } from "./policies-contract.ts";
import { describeQuarantine } from "./quarantine-contract.ts";
import { describeRuns } from "./runs-contract.ts";
import { describeSchedules } from "./schedules-contract.ts";
import { describeScrubs } from "./scrubs-contract.ts";
import { registerZones } from "./store-scene.ts";
import { describeSweeps } from "./sweeps-contract.ts";
import { describeTenants } from "./tenants-contract.ts";
import { describeZones } from "./zones-contract.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** The same rows under the worker's role, which alone may mark and remove. */
  readonly workerStore: Store;
  close(): Promise<void>;
}

/** What every Store has to do; see [Note: The store]. One store per suite, one company or more per test. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let opened: StoreUnderTest | undefined;
    const getOpened = (): StoreUnderTest => {
      if (!opened) throw new Error("the store is not open");
      return opened;
    };
    const getStore = (): Store => getOpened().store;
    beforeAll(async () => {
      opened = await open();
      await registerZones(opened.store);
    });
    afterAll(async () => opened?.close());
    describeAccounts(getStore);
    describeRuns(getStore);
    describeSchedules(getStore);
    describeLedger(getStore);
    describePacks(getStore);
    describeCommits(getStore);
    describeZones(getStore);
    describeScrubs(getStore, () => getOpened().workerStore);
    describeSweeps(getStore, () => getOpened().workerStore);
    describeQuarantine(getStore, () => getOpened().workerStore);
    describeArchive(getStore, () => getOpened().workerStore);
    describeCollectors(getStore, () => getOpened().workerStore);
    describePolicies(getStore);
    describeIncidents(getStore, () => getOpened().workerStore);
    describeLists(getStore);
    describeTenants(getStore, () => getOpened().workerStore);
  });
}
