import { z } from "zod";
import { sha256HexSchema } from "./fields.ts";

const MAX_FILES = 1_000;
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Below `/vault/`, as it is asked for there. */
const pathSchema = z
  .string()
  .max(200)
  .regex(/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/, "must be a plain path");

const fileSchema = z.strictObject({
  path: pathSchema,
  sizeBytes: z.int().min(0).max(MAX_FILE_BYTES),
  sha256: sha256HexSchema,
});

/**
 * [Note: The hashes of the vault]
 *
 * `/vault/hashes.json` names every other file of the bundled vault, sorted by path, and one hash over all of them: the SHA-256 of the
 * lines that `sha256sum` prints for them in that order. The same commit gives the same list on every computer, so that anybody with
 * the source can say what a portal ought to serve. What a portal says about itself proves nothing: compare with a build of one's own.
 */
export const vaultHashesSchema = z.strictObject({
  v: z.literal(1),
  build: sha256HexSchema,
  files: z.array(fileSchema).min(1).max(MAX_FILES),
});

export type VaultHashes = z.infer<typeof vaultHashesSchema>;
export type VaultFile = VaultHashes["files"][number];

/** What the hash of the build is taken over. */
export function vaultHashLines(files: readonly VaultFile[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("");
}
