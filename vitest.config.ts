import { defineConfig } from "vitest/config";

/** A hanging test ends; a slow machine, or one that does other things as well, is no failure. */
const PATIENCE_MS = 60_000;
const POSTGRES = "server/testing/postgres-setup.ts";
/** Journeys that mostly wait for the clock, and leave the processors to others meanwhile. */
const CLOCK = ["schedule", "install", "collector", "zone-faults"].map((name) => `e2e/${name}.e2e.test.ts`);

/** Projects, because only some tests need PostgreSQL, a browser, or whole processes. */
export default defineConfig({
  test: {
    // Vitest would leave one processor of two idle.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "pure",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "data/**", "**/*.{db,browser,e2e}.test.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: "database",
          include: ["**/*.db.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "data/**"],
          // One server for all of them: an open transaction of one test's database would hold back the journal of another's.
          fileParallelism: false,
          globalSetup: [POSTGRES],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: "browser",
          include: ["**/*.browser.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "data/**"],
          testTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.test.ts"],
          exclude: CLOCK,
          // Each starts the whole service. Two at once on two cores made each take more than twice as long, and found moments that nobody had time for.
          fileParallelism: false,
          globalSetup: ["e2e/ready-made.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "clock",
          include: CLOCK,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
