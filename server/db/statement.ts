import { readFileSync } from "node:fs";

/** One statement of sql/, prepared under its name once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Reads sql/<name>.sql; called while the module loads, so that a missing file stops the start. */
export function loadStatement(name: string): Statement {
  return { name, text: readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), "utf8") };
}
