import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";

/** 144 bits: nobody guesses it, and it is still short enough to be typed. */
const CODE_BYTES = 18;

/**
 * Makes the code that lets one person take an installation without staff, and keeps its hash in the file; an earlier code
 * is worth nothing any more.
 */
export async function createSetupCode(file: string): Promise<string> {
  const code = randomBytes(CODE_BYTES).toString("base64url");
  await writeFile(`${file}.new`, `${createHash("sha256").update(code).digest("hex")}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return code;
}

/** SHA-256 of the code; null while there is none. */
export async function readSetupCodeHash(file: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(Buffer.from((await readFile(file, "utf8")).trim(), "hex"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** For an installation that belongs to somebody. */
export async function removeSetupCode(file: string): Promise<void> {
  await rm(file, { force: true });
}
