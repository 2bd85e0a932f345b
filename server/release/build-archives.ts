import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { agentArchiveSchema } from "../../contracts/agent-release.ts";
import { toHex } from "../../engine/codec/hex.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { type ArchiveEntry, writeTarArchive } from "../platform/tar-archive.ts";
import { bundleAgent } from "./bundle-agent.ts";
import { collectNativeParts, TARGETS, type Target } from "./native-parts.ts";

/** What a build leaves beside its archives, which are named by their hash. */
export const BUILD_FILE = "build.json";
export const agentBuildSchema = z.object({
  version: z.string(),
  archives: z.array(agentArchiveSchema),
  /** Why a system has no archive. */
  missing: z.array(z.string()),
});
export type AgentBuild = z.infer<typeof agentBuildSchema>;

export interface BuildArchives {
  readonly projectRoot: string;
  readonly version: string;
  /** Folders of packages besides the checkout's, for other processors. */
  readonly packageFolders?: readonly string[];
  /** Where archives and their description are written. */
  readonly folder: string;
  readonly gzipLevel?: number;
}

/** Makes the archive for every system whose parts are there. The same checkout makes the same bytes. */
export async function buildArchives(options: BuildArchives): Promise<AgentBuild> {
  const { projectRoot, version, folder, packageFolders = [], gzipLevel } = options;
  await mkdir(folder, { recursive: true });
  const common = [...(await bundleAgent(projectRoot, version)), ...listScripts(projectRoot)];
  const build: AgentBuild = { version, archives: [], missing: [] };
  for (const target of TARGETS) {
    const parts = collectNativeParts(target, [join(projectRoot, "node_modules"), ...packageFolders]);
    if ("missing" in parts) build.missing.push(`${nameOf(target)}: there is no package ${parts.missing}`);
    else build.archives.push(await pack(target, [...common, ...parts.entries], { folder, gzipLevel }));
  }
  await writeFile(join(folder, BUILD_FILE), `${JSON.stringify(build, null, 2)}\n`);
  return build;
}

function nameOf({ system, arch }: Target): string {
  return `${system}-${arch}`;
}

/** What the installer takes from the archive, under the names that it knows. */
function listScripts(projectRoot: string): ArchiveEntry[] {
  const deploy = join(projectRoot, "deploy");
  const file = (name: string, path: string, isExecutable: boolean) => ({ name, isExecutable, content: { path } });
  return [
    file("holdfast", join(deploy, "agent", "holdfast"), true),
    file("keep", join(deploy, "agent", "keep"), true),
    file("holdfast-agent.service", join(deploy, "holdfast-agent.service"), false),
    file("licenses/holdfast-LICENSE", join(projectRoot, "LICENSE"), false),
  ];
}

async function pack(
  target: Target,
  entries: readonly ArchiveEntry[],
  { folder, gzipLevel }: { readonly folder: string; readonly gzipLevel: number | undefined },
): Promise<AgentBuild["archives"][number]> {
  const draft = join(folder, `${nameOf(target)}.draft`);
  try {
    await writeTarArchive(draft, entries, gzipLevel === undefined ? {} : { level: gzipLevel });
    const sha256 = await hashFile(draft);
    const { size: sizeBytes } = await stat(draft);
    await rename(draft, join(folder, `${sha256}.tar.gz`));
    return { ...target, sha256, sizeBytes };
  } finally {
    await rm(draft, { force: true });
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = nodePrimitives.sha256Start();
  for await (const piece of createReadStream(path)) hash.update(piece);
  return toHex(hash.digest());
}
