import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import type { AgentArchive } from "../../contracts/agent-release.ts";
import type { ArchiveEntry } from "../platform/tar-archive.ts";
import { licensesOf } from "./bundle-agent.ts";

export type Target = Pick<AgentArchive, "system" | "arch">;

export const TARGETS: readonly Target[] = [
  { system: "linux", arch: "x64" },
  { system: "linux", arch: "arm64" },
];

/** Of each package what it loads at run time, as globs from its folder. */
function nativePackages({ system, arch }: Target): Readonly<Record<string, readonly string[]>> {
  return {
    "sodium-native": ["package.json", "index.js", "binding.js", `prebuilds/${system}-${arch}/*`],
    "require-addon": ["package.json", "lib/*.js"],
    "which-runtime": ["package.json", "*.js"],
    "bare-addon-resolve": ["package.json", "index.js", "lib/*.js"],
    "bare-module-resolve": ["package.json", "index.js", "lib/*.js"],
    "bare-semver": ["package.json", "index.js", "lib/*.js"],
    koffi: ["package.json", "index.cjs", "src/koffi/index.cjs", "src/koffi/src/*.cjs"],
    // glibc alone, like the runtime.
    [`@koromix/koffi-${system}-${arch}`]: ["package.json", "index.js", `${system}_${arch}/koffi.node`],
  };
}

/**
 * The runtime and the native parts for one system, from folders of packages; undefined with the name of the first that is in none.
 *
 * @param packageFolders as `node_modules`; npm installs the packages of another processor with `--cpu`
 */
export function collectNativeParts(
  target: Target,
  packageFolders: readonly string[],
): { readonly entries: readonly ArchiveEntry[] } | { readonly missing: string } {
  const entries: ArchiveEntry[] = [];
  const runtime = `node-${target.system}-${target.arch}`;
  const node = findPackage(packageFolders, runtime);
  if (node === undefined) return { missing: runtime };
  entries.push({ name: "bin/node", isExecutable: true, content: { path: join(node, "bin", "node") } });
  entries.push({ name: "licenses/node-LICENSE", isExecutable: false, content: { path: join(node, "LICENSE") } });
  for (const [name, globs] of Object.entries(nativePackages(target))) {
    const folder = findPackage(packageFolders, name);
    if (folder === undefined) return { missing: name };
    for (const file of globs.flatMap((glob) => globSync(glob, { cwd: folder }))) {
      const content = { path: join(folder, file) };
      entries.push({ name: `lib/node_modules/${name}/${file}`, isExecutable: false, content });
    }
    entries.push(...licensesOf(folder, name));
  }
  return { entries };
}

function findPackage(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, "package.json")));
}
