import { execFile } from "node:child_process";
import type { Account } from "./account.ts";

export interface Finished {
  readonly exitCode: number;
  readonly output: string;
}

/** A program of PostgreSQL answers within this time or something is wrong; recovery after a crash may take minutes. */
const MAX_RUN_MS = 10 * 60 * 1000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Runs a program as `account` and waits for it; output and errors come back together, for the message. */
export function runAs(account: Account, program: string, args: readonly string[], cwd: string): Promise<Finished> {
  const { uid, gid } = account;
  const identity = uid === undefined || gid === undefined ? {} : { uid, gid };
  // The program's messages are compared and shown, so they must not depend on the machine's language.
  const { NODE_ENV, PATH } = process.env;
  const env = { NODE_ENV, PATH: PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
  const options = { ...identity, cwd, env, timeout: MAX_RUN_MS, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (!error) resolve({ exitCode: 0, output });
      else resolve({ exitCode: typeof error.code === "number" ? error.code : -1, output: output || error.message });
    });
  });
}
