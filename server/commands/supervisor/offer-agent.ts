import { join } from "node:path";
import { isOlderVersion, type PublishedRelease } from "../../../contracts/agent-release.ts";
import {
  findPublished,
  isSignedByKey,
  publishRelease,
  readBuild,
  readReleaseKey,
} from "../../release/publish-release.ts";
import { type Build, buildOnce } from "./build-once.ts";

export interface OfferAgent {
  readonly projectRoot: string;
  readonly dataFolder: string;
  readonly signal: AbortSignal;
}

export function agentsFolderOf(dataFolder: string): string {
  return join(dataFolder, "agents");
}

export function releaseKeyFileOf(dataFolder: string): string {
  return join(dataFolder, "secrets", "agent-release-key");
}

/**
 * Builds the agent's archive when the checkout changed, and offers it. In the background and behind everything else: it takes some
 * seconds, and nobody waits for it. What was signed with another key, or is newer, was published by somebody, and stays.
 */
export async function offerAgent({ projectRoot, dataFolder, signal }: OfferAgent): Promise<void> {
  const build = agentBuild(projectRoot, dataFolder, signal);
  await buildOnce(build, () => undefined);
  if (signal.aborted) return;
  const agentsFolder = agentsFolderOf(dataFolder);
  const releaseKey = await readReleaseKey(releaseKeyFileOf(dataFolder));
  const published = await findPublished(agentsFolder);
  const isOurs = published === null || isSignedByKey(published, releaseKey);
  if (!isOurs || (published !== null && !isToBeReplaced(published, await readBuild(build.folder)))) return;
  await publishRelease({ projectRoot, buildFolder: build.folder, agentsFolder, releaseKey });
}

function isToBeReplaced(published: PublishedRelease, built: Awaited<ReturnType<typeof readBuild>>): boolean {
  if (isOlderVersion(built.version, published.version)) return false;
  const statement = Buffer.from(published.statement, "base64").toString("utf8");
  const hasAll = built.archives.every(({ sha256 }) => statement.includes(sha256));
  return !hasAll || built.version !== published.version;
}

function agentBuild(projectRoot: string, dataFolder: string, signal: AbortSignal): Build {
  const folder = join(projectRoot, "node_modules", ".cache", "holdfast-agent");
  return {
    what: "the agent",
    projectRoot,
    folder,
    sources: [
      "{agent,contracts,engine}/**/*",
      "bin/*.ts",
      "server/release/*",
      "server/platform/tar-archive.ts",
      "deploy/**/*",
      "{package-lock,package}.json",
    ],
    leftOut: [],
    command: [join(projectRoot, "server/release/build-main.ts"), folder],
    logFile: join(dataFolder, "logs", "build-agent.log"),
    background: signal,
  };
}
