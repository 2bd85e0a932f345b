import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { StartError } from "./start-error.ts";

/** Not used by anything common, and free to ordinary users. */
const DEFAULT_PORT = 7443;

const Input = z.object({
  data: z.string().min(1).default("data"),
  port: z.coerce.number().int().min(1, "is a number from 1 to 65535").max(65535).default(DEFAULT_PORT),
  bare: z.boolean().default(false),
  sample: z.string().min(1).optional(),
  zones: z.string().min(1).optional(),
  dev: z.boolean().default(false),
  json: z.boolean().default(false),
});

export interface StartOptions {
  readonly projectRoot: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly isBare: boolean;
  /** What the demo backs up first; null is the checkout without its packages. */
  readonly sample: string | null;
  /** File that names the zones; null where the data folder's own are meant. */
  readonly zonesFile: string | null;
  readonly isDevelopment: boolean;
  readonly isJson: boolean;
}

/** @throws StartError `usage` that names the option */
export function parseStartOptions(input: Record<string, unknown>): StartOptions {
  const parsed = Input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new StartError("usage", `--${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { data, port, bare, sample, zones, dev, json } = parsed.data;
  if (sample !== undefined && !existsSync(sample)) throw new StartError("usage", `--sample: there is no ${sample}`);
  return {
    projectRoot: join(import.meta.dirname, "../../.."),
    dataFolder: resolve(data),
    port,
    publicUrl: process.env.HOLDFAST_PUBLIC_URL ?? `http://localhost:${port}`,
    isBare: bare,
    sample: sample === undefined ? null : resolve(sample),
    zonesFile: zones === undefined ? null : resolve(zones),
    isDevelopment: dev,
    isJson: json,
  };
}
