import type { z } from "zod";
import { ClientError } from "./client-error.ts";
import type { Environment } from "./environment.ts";

/**
 * Reads a command's arguments and options.
 *
 * @throws ClientError `usage` that names the option
 */
export function parseCommandInput<T extends z.ZodType>(schema: T, input: Record<string, unknown>): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ClientError("usage", `${issue?.path.join(".") || "options"}: ${issue?.message}`);
}

/**
 * The portal's origin from `HOLDFAST_PORTAL`.
 *
 * @throws ClientError `usage`
 */
export function requirePortalUrl(env: Environment): string {
  const text = env.HOLDFAST_PORTAL;
  if (!text)
    throw new ClientError("usage", "set HOLDFAST_PORTAL to the portal's address, as https://backup.example.com");
  return parsePortalUrl(text);
}

/** @param name of the variable or option, for the message */
export function parsePortalUrl(text: string, name = "HOLDFAST_PORTAL"): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ClientError("usage", `${name}: "${text}" is not an address like https://backup.example.com`);
  }
  return new URL(text).origin;
}

/** One line on standard output: an object with `--json`, otherwise the text for people. */
export function print(isJson: boolean, value: Record<string, unknown>, text: string): void {
  console.log(isJson ? JSON.stringify(value) : text);
}
