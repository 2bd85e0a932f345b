import { join } from "node:path";
import { z } from "zod";
import { ClientError } from "./owner/client-error.ts";
import { parseCommandInput, parsePortalUrl, print } from "./owner/command-input.ts";
import { buildExpected } from "./vault/build-expected.ts";
import { compareServed } from "./vault/compare-served.ts";

const Input = z.object({ portal: z.string().optional(), json: z.boolean().default(false) });
const PROJECT_ROOT = join(import.meta.dirname, "../..");

/** `holdfast vault-hash`: what the vault of this checkout is, by its hashes, and whether a portal serves exactly that. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { portal, json: isJson } = parseCommandInput(Input, input);
  const portalUrl = portal === undefined ? null : parsePortalUrl(portal, "--portal");
  const expected = await buildExpected(PROJECT_ROOT);
  for (const file of expected.files) print(isJson, { ...file }, `${file.sha256}  ${file.path}`);
  print(isJson, { build: expected.build, files: expected.files.length }, `build ${expected.build}`);
  if (portalUrl === null) return 0;
  const differences = await compareServed(portalUrl, expected);
  for (const difference of differences) {
    const { address, problem, sha256 } = difference;
    print(isJson, { ...difference }, `${problem}  ${address}${sha256 === null ? "" : `  served: ${sha256}`}`);
  }
  if (differences.length > 0) {
    const names = differences.map(({ address }) => address).join(", ");
    throw new ClientError("vault_differs", `${portalUrl} does not serve the vault of this checkout: ${names}`);
  }
  print(isJson, { portal: portalUrl, isSame: true }, `${portalUrl} serves exactly this`);
  return 0;
}
