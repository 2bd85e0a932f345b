import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { ClientError } from "./client-error.ts";
import type { Environment } from "./environment.ts";

export type SecretName = "HOLDFAST_PASSWORD" | "HOLDFAST_PASSPHRASE" | "HOLDFAST_RECOVERY_KEY";

/**
 * A secret from the environment (`NAME`) or from a file (`NAME_FILE`, whose last line break does not count); null when
 * neither is set. Never from the command line, which every user of the machine can read.
 *
 * @throws ClientError `usage`, `secret_file_unreadable`
 */
export async function findSecret(env: Environment, name: SecretName): Promise<string | null> {
  const value = env[name];
  const path = env[`${name}_FILE`];
  if (value && path) throw new ClientError("usage", `set ${name} or ${name}_FILE, not both`);
  if (value) return value;
  if (!path) return null;
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new ClientError("secret_file_unreadable", `${name}_FILE: cannot read ${path}`, { cause });
  });
  return text.replace(/\r?\n$/, "");
}

/**
 * As `findSecret`, and otherwise asked for at the terminal, without echo.
 *
 * @param question what to type, without a colon
 * @throws ClientError `usage` when there is no terminal to ask at
 */
export async function readSecret(env: Environment, name: SecretName, question: string): Promise<string> {
  return (await findSecret(env, name)) ?? (await askSecret(question, name));
}

/** Asks twice for a secret that is being set. */
export async function readNewSecret(env: Environment, name: SecretName, question: string): Promise<string> {
  const found = await findSecret(env, name);
  if (found !== null) return found;
  const first = await askSecret(question, name);
  if (first === (await askSecret(`${question}, once more`, name))) return first;
  throw new ClientError("usage", "the two differ; try again");
}

async function askSecret(question: string, name: SecretName): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new ClientError("usage", `set ${name}, or ${name}_FILE, or run this at a terminal`);
  }
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  const given = new AbortController();
  const giveUp = () => given.abort(new ClientError("usage", "nothing was entered"));
  terminal.once("SIGINT", giveUp).once("close", giveUp);
  try {
    return await terminal.question("", { signal: given.signal });
  } catch (error) {
    throw given.signal.aborted ? given.signal.reason : error;
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
