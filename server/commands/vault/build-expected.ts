import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type VaultHashes, vaultHashesSchema } from "../../../contracts/vault-hashes.ts";
import { ClientError } from "../owner/client-error.ts";

const CONFIG = "components/restore/vite.config.ts";
const SHOWN_CHARACTERS = 3_000;

/**
 * Bundles the vault of a checkout beside everything, and says its hashes: [Note: The hashes of the vault].
 *
 * @throws ClientError `vault_not_built` with the end of what the bundler said
 */
export async function buildExpected(projectRoot: string): Promise<VaultHashes> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-vault-hash-"));
  try {
    const vite = join(projectRoot, "node_modules/vite/bin/vite.js");
    await runBundler(projectRoot, [vite, "build", "--config", join(projectRoot, CONFIG), "--outDir", folder]);
    return vaultHashesSchema.parse(JSON.parse(await readFile(join(folder, "hashes.json"), "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runBundler(projectRoot: string, command: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, {
      cwd: projectRoot,
      // As the portal's own build: another mode is another bundle.
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        said = `${said}${data}`.slice(-SHOWN_CHARACTERS);
      });
    }
    const refuse = (cause: unknown) =>
      reject(new ClientError("vault_not_built", `the vault of ${projectRoot} could not be built:\n${said}`, { cause }));
    child.on("error", refuse);
    child.on("close", (code) => (code === 0 ? resolve() : refuse(code)));
  });
}
