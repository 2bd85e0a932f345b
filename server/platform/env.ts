import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { z } from "zod";
import { type ZoneSettings, ZoneSettingsList } from "./zone-settings.ts";

const SECRET_BYTES = 32;

const Environment = z.object({
  /** PostgreSQL as the application's role, under row-level security. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** PostgreSQL as the worker's role. */
  DATABASE_WORKER_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** File with 32 bytes in base64: signs short tokens and browser sessions. */
  HOLDFAST_SECRET_FILE: z.string().min(1),
  HOLDFAST_ZONES: z.string().transform(parseZonesJson).pipe(ZoneSettingsList),
  /** The one origin that agents and browsers see. */
  HOLDFAST_PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  /** Where the gateway finds the portal: plain http on loopback. */
  HOLDFAST_PORTAL_ADDRESS: z.url({ protocol: /^http$/ }),
  /** Port of the gateway. */
  HOLDFAST_PORT: z.coerce.number().int().min(0).max(65535),
  /** How late a run may begin before it is missed. */
  HOLDFAST_MISSED_GRACE_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(15 * 60),
  /** Backups of one company that may run at a time; others are told to come again. */
  HOLDFAST_COMPANY_RUNS: z.coerce.number().int().min(1).max(10_000).default(16),
  /** In so many days every copy in every zone is read again: a disk's sectors rot in years, and a read of all of them each day wears it out. */
  HOLDFAST_SCRUB_DAYS: z.coerce.number().int().min(2).max(365).default(30),
  /** How often it is looked what of a company is to be frozen or let go; 0 for never. */
  HOLDFAST_AGING_MINUTES: z.coerce.number().min(0).max(1_440).default(60),
  /** How often a company is swept; 0 for never. */
  HOLDFAST_SWEEP_HOURS: z.coerce.number().min(0).max(8_784).default(24),
  /** What a gigabyte costs a month in one zone, backup tier and archive, as "EUR 0.02 0.004"; pages then show what is kept in money. */
  HOLDFAST_TIER_PRICES: z.exactOptional(
    z
      .string()
      .regex(/^[A-Z]{3} \d+(\.\d+)? \d+(\.\d+)?$/, 'is a currency and two prices, as "EUR 0.02 0.004"')
      .transform((text) => {
        const [currency = "", backup, archive] = text.split(" ");
        return { currency, backup: Number(backup), archive: Number(archive) };
      }),
  ),
  /** Folders, with a colon between them, below which collectors may read what the provider hosts; none may without. */
  HOLDFAST_COLLECTOR_ROOTS: z.exactOptional(
    z
      .string()
      .regex(/^\/[^:]*(:\/[^:]*)*$/, "is absolute folders with a colon between them, as /srv/hosted:/mnt/san")
      .transform((text) => text.split(":").map((root) => posix.normalize(root).replace(/(.)\/$/, "$1"))),
  ),
  /** Where the worker keeps its collectors' identities; it runs none without. */
  HOLDFAST_COLLECTORS_FOLDER: z.exactOptional(z.string().min(1)),
  /** Collectors that back up at a time, and how much memory each may take: of a machine with two cores, the service needs one. */
  HOLDFAST_COLLECTORS_AT_ONCE: z.coerce.number().int().min(1).max(64).default(1),
  HOLDFAST_COLLECTOR_MEMORY_MIB: z.coerce.number().int().min(256).max(65_536).default(768),
  /** File with the hash of the setup code; there is one while a bare installation belongs to nobody. */
  HOLDFAST_SETUP_FILE: z.exactOptional(z.string().min(1)),
  /** Folder with the agent that machines are offered; nothing is served or offered without. */
  HOLDFAST_AGENTS_FOLDER: z.exactOptional(z.string().min(1)),
  /** Set for the demo alone: the file with its accounts, as people are told of it. */
  HOLDFAST_DEMO_FILE: z.exactOptional(z.string().min(1)),
});

export type PlatformEnv = {
  readonly databaseUrl: string;
  readonly databaseWorkerUrl: string;
  readonly secret: Uint8Array;
  readonly zones: readonly ZoneSettings[];
  readonly publicUrl: string;
  readonly portalAddress: string;
  readonly port: number;
  readonly missedGraceSeconds: number;
  readonly companyRuns: number;
  readonly scrubDays: number;
  readonly agingMinutes: number;
  readonly sweepHours: number;
  /** Null where nobody has named prices. */
  readonly tierPrices: { readonly currency: string; readonly backup: number; readonly archive: number } | null;
  readonly collectorRoots: readonly string[];
  /** Null where this worker runs no collectors. */
  readonly collectorsFolder: string | null;
  readonly collectorsAtOnce: number;
  readonly collectorMemoryMib: number;
  /** Null where nobody sets up an installation by a code. */
  readonly setupFile: string | null;
  /** Null where no agents are served. */
  readonly agentsFolder: string | null;
  /** Null unless this is the demo. */
  readonly demoFile: string | null;
};

/** What the supervisor (or a deployment) tells a process did not make sense; names each variable. */
export class EnvironmentError extends Error {
  readonly code = "environment_invalid";
  readonly retryable = false;
}

/**
 * The environment of portal, gateway and worker.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong
 */
export function parseEnv(variables: NodeJS.ProcessEnv): PlatformEnv {
  const parsed = Environment.safeParse(variables);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new EnvironmentError(`the environment of this process is not complete:\n${lines.join("\n")}`);
  }
  const env = parsed.data;
  return {
    databaseUrl: env.DATABASE_URL,
    databaseWorkerUrl: env.DATABASE_WORKER_URL,
    secret: readSecret(env.HOLDFAST_SECRET_FILE),
    zones: env.HOLDFAST_ZONES,
    publicUrl: env.HOLDFAST_PUBLIC_URL.replace(/\/$/, ""),
    portalAddress: env.HOLDFAST_PORTAL_ADDRESS.replace(/\/$/, ""),
    port: env.HOLDFAST_PORT,
    missedGraceSeconds: env.HOLDFAST_MISSED_GRACE_SECONDS,
    companyRuns: env.HOLDFAST_COMPANY_RUNS,
    scrubDays: env.HOLDFAST_SCRUB_DAYS,
    agingMinutes: env.HOLDFAST_AGING_MINUTES,
    sweepHours: env.HOLDFAST_SWEEP_HOURS,
    tierPrices: env.HOLDFAST_TIER_PRICES ?? null,
    collectorRoots: env.HOLDFAST_COLLECTOR_ROOTS ?? [],
    collectorsFolder: env.HOLDFAST_COLLECTORS_FOLDER ?? null,
    collectorsAtOnce: env.HOLDFAST_COLLECTORS_AT_ONCE,
    collectorMemoryMib: env.HOLDFAST_COLLECTOR_MEMORY_MIB,
    setupFile: env.HOLDFAST_SETUP_FILE ?? null,
    agentsFolder: env.HOLDFAST_AGENTS_FOLDER ?? null,
    demoFile: env.HOLDFAST_DEMO_FILE ?? null,
  };
}

let ownEnv: PlatformEnv | undefined;

/** The parsed environment of this process; read once. */
export function getEnv(): PlatformEnv {
  ownEnv ??= parseEnv(process.env);
  return ownEnv;
}

function parseZonesJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
}

function readSecret(path: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new EnvironmentError(`HOLDFAST_SECRET_FILE: cannot read ${path}`, { cause: error });
  }
  const secret = Buffer.from(text.trim(), "base64");
  if (secret.length !== SECRET_BYTES) {
    throw new EnvironmentError(`HOLDFAST_SECRET_FILE: ${path} must hold ${SECRET_BYTES} bytes in base64`);
  }
  return secret;
}
