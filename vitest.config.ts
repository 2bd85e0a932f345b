import { defineConfig } from "vitest/config";

/** A hanging test ends; a slow machine, or one that does other things as well, is no failure. */
const PATIENCE_MS = 60_000;
const POSTGRES = "server/testing/postgres-setup.ts";
/**
 * Journeys go in lanes beside each other, in each one after the other: half of the time a journey waits, for a page, a clock or a process. Lanes of about
 * the same length; what is in none of these is in `e2e`.
 */
const LANES = {
  "e2e-schedule": ["schedule"],
  "e2e-waits": ["install", "collector", "zone-faults", "vault-download"],
  "e2e-screens": ["portal", "vault", "vault-reading", "onboarding", "hostile-screens", "care", "live", "start"],
};

function journeys(names: readonly string[]): string[] {
  return names.map((name) => `e2e/${name}.e2e.test.ts`);
}

/** Each starts the whole service. */
const JOURNEY = { fileParallelism: false, testTimeout: 600_000, hookTimeout: 600_000 };

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
          exclude: journeys(Object.values(LANES).flat()),
          globalSetup: ["e2e/ready-made.ts"],
          ...JOURNEY,
        },
      },
      ...Object.entries(LANES).map(([name, names]) => ({
        // Making a demo for all of them is dearer than making it for one.
        test: {
          name,
          include: journeys(names),
          globalSetup: names.length > 1 ? ["e2e/ready-made.ts"] : [],
          ...JOURNEY,
        },
      })),
    ],
  },
});
