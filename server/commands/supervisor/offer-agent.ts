import { join } from "node:path";
import {
  type AgentRelease,
  agentReleaseSchema,
  isOlderVersion,
  type PublishedRelease,
} from "../../../contracts/agent-release.ts";
import { fromBase64, toHex } from "../../../engine/codec/hex.ts";
import { decodeUtf8 } from "../../../engine/codec/text.ts";
import type { KeyPair } from "../../../engine/ports/primitives.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import type { AgentBuild } from "../../release/build-archives.ts";
import {
  findPublished,
  isSignedByKey,
  makeInstaller,
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
 * seconds, and nobody waits for it.
 */
export async function offerAgent({ projectRoot, dataFolder, signal }: OfferAgent): Promise<void> {
  const build = agentBuild(projectRoot, dataFolder, signal);
  await buildOnce(build, () => undefined);
  if (signal.aborted) return;
  const agentsFolder = agentsFolderOf(dataFolder);
  const releaseKey = await readReleaseKey(releaseKeyFileOf(dataFolder));
  const published = await findPublished(agentsFolder);
  const installer = published && (await makeInstaller(projectRoot, releaseOf(published), releaseKey));
  const plan = planOffer({ published, built: await readBuild(build.folder), releaseKey, installer });
  if (plan === "publish") await publishRelease({ projectRoot, buildFolder: build.folder, agentsFolder, releaseKey });
}

export interface OfferQuestion {
  readonly published: PublishedRelease | null;
  readonly built: AgentBuild;
  readonly releaseKey: KeyPair;
  /** As this checkout would make it for what is published; null when nothing is. */
  readonly installer: Uint8Array | null;
}

export type OfferPlan = "publish" | "another_key" | "older" | "offered_already" | "nothing_built";

/** Decides whether a build takes the place of what is offered. What another key signed, or is newer, somebody has published: it stays. */
export function planOffer(question: OfferQuestion): OfferPlan {
  const { published, built, releaseKey, installer } = question;
  if (built.archives.length === 0) return "nothing_built";
  if (published === null) return "publish";
  if (!isSignedByKey(published, releaseKey)) return "another_key";
  if (isOlderVersion(built.version, published.version)) return "older";
  const offered = new Set(releaseOf(published).archives.map(({ sha256 }) => sha256));
  const hasArchives = built.version === published.version && built.archives.every(({ sha256 }) => offered.has(sha256));
  const hasInstaller = installer !== null && toHex(nodePrimitives.sha256(installer)) === published.installerSha256;
  return hasArchives && hasInstaller ? "offered_already" : "publish";
}

function releaseOf({ statement }: PublishedRelease): AgentRelease {
  return agentReleaseSchema.parse(JSON.parse(decodeUtf8(fromBase64(statement))));
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
