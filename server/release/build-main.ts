import { join } from "node:path";
import { agentVersion } from "../../agent/agent-version.ts";
import { buildArchives } from "./build-archives.ts";

// A program of its own, so that the service does not hold what bundling takes, and nobody waits for it.
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder for the archives");
const build = await buildArchives({
  projectRoot: join(import.meta.dirname, "../.."),
  version: agentVersion,
  folder,
});
for (const line of build.missing) console.log(`no archive for ${line}`);
for (const { system, arch, sizeBytes, sha256 } of build.archives) {
  console.log(`${system}-${arch}: ${sizeBytes} bytes, SHA-256 ${sha256}`);
}
