import { defineConfig } from "vitest/config";

const POSTGRES = "server/testing/postgres-setup.ts";

/** Three projects, because only the second needs PostgreSQL, and only the third whole processes, one at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "pure",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "data/**", "**/*.db.test.ts", "**/*.e2e.test.ts"],
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
