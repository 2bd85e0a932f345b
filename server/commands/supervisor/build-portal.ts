import { join } from "node:path";
import { type Build, buildOnce } from "./build-once.ts";

const VAULT = "public/vault";

/**
 * Builds what browsers get: the vault first, because Next serves it as a static document, then the pages. Each only when
 * its sources changed.
 *
 * @throws StartError `build_failed`
 */
export async function buildPortal(
  projectRoot: string,
  logFolder: string,
  onBuild: (what: string) => void,
): Promise<void> {
  await buildVault(projectRoot, logFolder, onBuild);
  await buildOnce(pagesBuild(projectRoot, logFolder), onBuild);
}

/** The vault alone: in development Next builds pages by itself. */
export async function buildVault(
  projectRoot: string,
  logFolder: string,
  onBuild: (what: string) => void,
): Promise<void> {
  await buildOnce(vaultBuild(projectRoot, logFolder), onBuild);
}

function pagesBuild(projectRoot: string, logFolder: string): Build {
  return {
    what: "the portal",
    projectRoot,
    // As next.config.ts names it.
    folder: join(projectRoot, process.env.HOLDFAST_DIST_DIR ?? ".next"),
    sources: [
      "{app,components,contracts,engine,server,public}/**/*",
      "*.{ts,mjs,cjs}",
      "{package-lock,package}.json",
      "prisma/schema.prisma",
    ],
    // Next writes its own types while it builds: as a source they would let a fresh checkout be built twice, under a running portal.
    leftOut: [VAULT, "next-env.d.ts"],
    command: [join(projectRoot, "node_modules/next/dist/bin/next"), "build"],
    logFile: join(logFolder, "build.log"),
  };
}

function vaultBuild(projectRoot: string, logFolder: string): Build {
  const config = "components/restore/vite.config.ts";
  return {
    what: "the vault",
    projectRoot,
    folder: join(projectRoot, VAULT),
    sources: [
      "{components,contracts,engine}/**/*",
      "server/api/client/*",
      "app/**/*",
      "{package-lock,package,tsconfig}.json",
      "postcss.config.mjs",
    ],
    leftOut: [],
    command: [join(projectRoot, "node_modules/vite/bin/vite.js"), "build", "--config", join(projectRoot, config)],
    logFile: join(logFolder, "build-vault.log"),
  };
}
