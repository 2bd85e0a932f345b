import { globSync } from "node:fs";

const ROOMS = ["app", "components", "contracts", "engine", "agent", "server", "bin", "checks", "bench", "e2e"];

/** Every TypeScript file that we wrote, as paths from the project's root; generated ones are left out. */
export function listSourceFiles(): string[] {
  return globSync(
    ROOMS.map((room) => `${room}/**/*.{ts,tsx}`),
    { exclude: (path) => /(^|\/)(node_modules|generated|assembly|\.next)(\/|$)/.test(path) },
  )
    .filter((path) => !path.endsWith(".d.ts"))
    .sort();
}
