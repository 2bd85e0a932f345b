import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin, type Rollup } from "vite";
import type { ArchiveEntry } from "../platform/tar-archive.ts";

/** Native parts: they lie beside the bundle as packages, because their code looks for files of its own. */
export const NATIVE_PACKAGES = ["sodium-native", "koffi"] as const;
const VERSION_FILE = "agent/agent-version.ts";
const LICENSE = /^(license|licence|copying|notice)/i;

/** The agent's own code and the packages that it needs, as a few modules below `lib/`, with the licenses of those packages. */
export async function bundleAgent(projectRoot: string, version: string): Promise<ArchiveEntry[]> {
  const built = await build({
    configFile: false,
    root: projectRoot,
    logLevel: "warn",
    publicDir: false,
    plugins: [saysVersion(join(projectRoot, VERSION_FILE), version), startsBundledThreads()],
    ssr: { noExternal: true, external: [...NATIVE_PACKAGES], target: "node" },
    build: {
      ssr: true,
      write: false,
      target: "node24",
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: {
          main: join(projectRoot, "bin/agent-main.ts"),
          "read-worker": join(projectRoot, "agent/backup/read-worker.ts"),
        },
        output: { format: "es", entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
      },
    },
  });
  if (Array.isArray(built) || !("output" in built)) throw new Error("the bundler did not answer with one bundle");
  const packages = new Set<string>();
  const entries = built.output.map((part): ArchiveEntry => {
    if (part.type !== "chunk") throw new Error(`the bundle of the agent has a part that is no code: ${part.fileName}`);
    for (const name of packagesOf(part)) packages.add(name);
    return { name: `lib/${part.fileName}`, isExecutable: false, content: { bytes: Buffer.from(part.code) } };
  });
  return [...entries, ...[...packages].flatMap((name) => licensesOf(join(projectRoot, "node_modules", name), name))];
}

/** As it is in the checkout, unless another one is asked for. */
function saysVersion(file: string, version: string): Plugin {
  return {
    name: "holdfast-agent-version",
    enforce: "pre",
    transform: (_code, id) => (id === file ? `export const agentVersion = ${JSON.stringify(version)};` : undefined),
  };
}

/** Threads are started by the address of a file beside the module: in the bundle it has another name. */
function startsBundledThreads(): Plugin {
  const address = 'new URL("./read-worker.ts", import.meta.url)';
  return {
    name: "holdfast-threads",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("agent/backup/reader-pool.ts")) return undefined;
      if (!code.includes(address))
        throw new Error("reader-pool.ts starts its threads in another way than bundle-agent.ts knows");
      return code.replace(address, 'new URL("./read-worker.mjs", import.meta.url)');
    },
  };
}

function packagesOf({ moduleIds }: Rollup.OutputChunk): string[] {
  return moduleIds.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []);
}

export function licensesOf(folder: string, name: string): ArchiveEntry[] {
  return readdirSync(folder)
    .filter((file) => LICENSE.test(file))
    .map((file) => ({
      name: `licenses/${name.replace("/", "-")}-${file}`,
      isExecutable: false,
      content: { path: join(folder, file) },
    }));
}
