import { readFileSync, writeFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { toBase64 } from "../codec/hex.ts";

const engine = fileURLToPath(new URL("..", import.meta.url));
const WIDTH = 100;

interface WasmModule {
  /** AssemblyScript, and the embedded copy of what it compiles to. */
  readonly source: URL;
  readonly target: URL;
  readonly constant: string;
  /** Of 64 KiB; its memory never grows. */
  readonly memoryPages: number;
}

const MODULES = {
  /** 64 KiB for the table and 8 MiB for the window. */
  cut: {
    source: new URL("../chunker/assembly/cut.ts", import.meta.url),
    target: new URL("../chunker/cut-wasm.ts", import.meta.url),
    constant: "CUT_WASM_BASE64",
    memoryPages: 129,
  },
  /** 64 KiB for the tables, as much for the window. */
  crc32: {
    source: new URL("../zip/assembly/crc32.ts", import.meta.url),
    target: new URL("../zip/crc32-wasm.ts", import.meta.url),
    constant: "CRC32_WASM_BASE64",
    memoryPages: 2,
  },
} as const satisfies Record<string, WasmModule>;

export async function compileWasm(name: keyof typeof MODULES): Promise<Uint8Array> {
  const { source, memoryPages } = MODULES[name];
  const file = basename(source.pathname);
  let wasm = new Uint8Array(0);
  const options = ["-O3", "--noAssert", "--runtime", "stub", "--initialMemory", `${memoryPages}`, "--maximumMemory"];
  const { error, stderr } = await asc.main([file, "--outFile", "made.wasm", ...options, `${memoryPages}`], {
    readFile: (path) => (path === file ? readFileSync(source, "utf8") : null),
    writeFile: (path, contents) => {
      if (path === "made.wasm" && typeof contents !== "string") wasm = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`asc failed: ${stderr.toString()}`);
  return wasm;
}

async function embed(name: keyof typeof MODULES): Promise<void> {
  const { source, target, constant } = MODULES[name];
  const wasm = await compileWasm(name);
  const lines = toBase64(wasm).match(new RegExp(`.{1,${WIDTH}}`, "g")) ?? [];
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  const from = `/** ${nameOf(source)}, compiled by engine/testing/build-wasm.ts; ${wasm.length} bytes, base64. */`;
  writeFileSync(target, `${from}\nexport const ${constant} =\n${text};\n`);
  console.log(`${nameOf(target)}: ${wasm.length} bytes`);
}

function nameOf(file: URL): string {
  return `engine/${relative(engine, fileURLToPath(file))}`;
}

// `node engine/testing/build-wasm.ts` writes the embedded copies anew.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of Object.keys(MODULES)) await embed(name as keyof typeof MODULES);
}
