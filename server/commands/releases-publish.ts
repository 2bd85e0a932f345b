import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { agentVersion } from "../../agent/agent-version.ts";
import { toHex } from "../../engine/codec/hex.ts";
import { buildArchives } from "../release/build-archives.ts";
import { publishRelease, readReleaseKey } from "../release/publish-release.ts";
import { ServiceError } from "./service/service-error.ts";
import { agentsFolderOf, releaseKeyFileOf } from "./supervisor/offer-agent.ts";

const Input = z.object({
  data: z.string().min(1).default("data"),
  key: z.string().min(1).optional(),
  packages: z.array(z.string().min(1)).default([]),
  json: z.boolean().default(false),
});

/** `holdfast releases publish`: what `npm start` does by itself, with another key or for more processors. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const parsed = Input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ServiceError("usage", `--${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { data, key, packages, json } = parsed.data;
  const dataFolder = resolve(data);
  const projectRoot = join(import.meta.dirname, "../..");
  const releaseKey = await readReleaseKey(key === undefined ? releaseKeyFileOf(dataFolder) : resolve(key));
  const buildFolder = await mkdtemp(join(tmpdir(), "holdfast-release-"));
  try {
    const packageFolders = packages.map((folder) => resolve(folder));
    const build = await buildArchives({ projectRoot, version: agentVersion, packageFolders, folder: buildFolder });
    const agentsFolder = agentsFolderOf(dataFolder);
    const { installerSha256 } = await publishRelease({ projectRoot, buildFolder, agentsFolder, releaseKey });
    const publicKey = toHex(releaseKey.publicKey);
    if (json) console.log(JSON.stringify({ event: "published", ...build, installerSha256, publicKey }));
    else tell(build, { agentsFolder, publicKey });
    return 0;
  } finally {
    await rm(buildFolder, { recursive: true, force: true });
  }
}

function tell(
  build: Awaited<ReturnType<typeof buildArchives>>,
  { agentsFolder, publicKey }: { readonly agentsFolder: string; readonly publicKey: string },
): void {
  console.log(`Agent ${build.version} is offered from ${agentsFolder}, signed with the key ${publicKey}.`);
  for (const { system, arch, sha256, sizeBytes } of build.archives) {
    console.log(`${system}-${arch}  ${sha256}  ${sizeBytes} bytes`);
  }
  for (const line of build.missing) console.error(`holdfast: no archive for ${line}`);
}
