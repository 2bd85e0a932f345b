import { defineConfig } from "vitest/config";

const POSTGRES = "server/testing/postgres-setup.ts";

/** Projects, because only some tests need PostgreSQL, a browser, or whole processes, one at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "pure",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "data/**", "**/*.{db,browser,e2e}.test.ts"],
        },
      },
      {
        test: {
          name: "database",
          include: ["**/*.db.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "data/**"],
          globalSetup: [POSTGRES],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["**/*.browser.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "data/**"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.test.ts"],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
