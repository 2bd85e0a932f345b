import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { toBase64 } from "../../codec/hex.ts";

const SOURCE = fileURLToPath(new URL("../assembly/cut.ts", import.meta.url));
const TARGET = fileURLToPath(new URL("../cut-wasm.ts", import.meta.url));
/** 64 KiB for the table and 8 MiB for the window, in pages of 64 KiB. */
const MEMORY_PAGES = 129;

/** Compiles engine/chunker/assembly/cut.ts. */
export async function compileWasm(): Promise<Uint8Array> {
  let wasm = new Uint8Array(0);
  const options = ["-O3", "--noAssert", "--runtime", "stub", "--initialMemory", `${MEMORY_PAGES}`, "--maximumMemory"];
  const { error, stderr } = await asc.main(["cut.ts", "--outFile", "cut.wasm", ...options, `${MEMORY_PAGES}`], {
    readFile: (name) => (name === "cut.ts" ? readFileSync(SOURCE, "utf8") : null),
    writeFile: (name, contents) => {
      if (name === "cut.wasm" && typeof contents !== "string") wasm = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`asc failed: ${stderr.toString()}`);
  return wasm;
}

// `node engine/chunker/testing/build-wasm.ts` writes the embedded copy anew.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wasm = await compileWasm();
  const lines = toBase64(wasm).match(/.{1,100}/g) ?? [];
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  writeFileSync(
    TARGET,
    `/** engine/chunker/assembly/cut.ts, compiled by engine/chunker/testing/build-wasm.ts; ${wasm.length} bytes, base64. */\n` +
      `export const CUT_WASM_BASE64 =\n${text};\n`,
  );
  console.log(`${TARGET}: ${wasm.length} bytes`);
}
