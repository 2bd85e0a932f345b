import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const Person = z.object({ email: z.string(), password: z.string() });
const Owner = Person.extend({ passphrase: z.string(), recoveryKey: z.string() });

/** `DIR/demo.json`: everything with which a newcomer, or a test, can try the demo. */
const Demo = z.object({
  portalUrl: z.string(),
  staff: Person,
  owner: Owner,
  companyId: z.string(),
  machineId: z.string(),
});

export type Demo = z.infer<typeof Demo>;

/** How far the demo got, so that a start that was interrupted goes on where it stopped. */
const Progress = z.object({
  staff: z.exactOptional(Person),
  company: z.exactOptional(z.object({ companyId: z.string(), owner: Owner })),
  machineId: z.exactOptional(z.string()),
});

export type DemoProgress = z.infer<typeof Progress>;

const progressPath = (dataFolder: string) => join(dataFolder, "secrets", "demo-progress.json");
const demoPath = (dataFolder: string) => join(dataFolder, "demo.json");

export async function findDemo(dataFolder: string): Promise<Demo | null> {
  const text = await readIfPresent(demoPath(dataFolder));
  return text === null ? null : Demo.parse(JSON.parse(text));
}

export async function findDemoProgress(dataFolder: string): Promise<DemoProgress | null> {
  const text = await readIfPresent(progressPath(dataFolder));
  return text === null ? null : Progress.parse(JSON.parse(text));
}

export function saveDemoProgress(dataFolder: string, progress: DemoProgress): Promise<void> {
  return writePrivately(progressPath(dataFolder), progress);
}

/** Ends the making of the demo. */
export async function saveDemo(dataFolder: string, demo: Demo): Promise<void> {
  await writePrivately(demoPath(dataFolder), demo);
  await rm(progressPath(dataFolder), { force: true });
}

async function writePrivately(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
