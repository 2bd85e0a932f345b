import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

const PASSWORD_BYTES = 24;
const SECRET_BYTES = 32;

/** A random password of 192 bits that needs no quoting anywhere. */
export function createPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString("base64url");
}

/** 32 random bytes in base64, as `HOLDFAST_SECRET_FILE` holds them. */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64");
}

/**
 * Reads a secret from a file of mode 0600, and makes it the first time. Two processes that start at the same moment
 * end up with the same secret: the file appears complete, under its name, once.
 */
export async function readOrCreateSecretFile(path: string, create: () => string): Promise<string> {
  const found = await readIfPresent(path);
  if (found !== undefined) return found;
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const draft = join(folder, `.${randomBytes(8).toString("hex")}`);
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${create()}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
  return (await readFile(path, "utf8")).trim();
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
