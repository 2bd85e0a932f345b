import { join } from "node:path";
import type { ZoneSettings } from "../../platform/zone-settings.ts";
import { ZONE_CALLS } from "../../zones/zone-calls.ts";
import { agentsFolderOf } from "./offer-agent.ts";
import type { StartOptions } from "./start-options.ts";

/** Threads for all but the zones: name look-ups, passwords, compression. */
const OTHER_THREADS = 4;

export interface ServiceAddresses {
  readonly appUrl: string;
  readonly workerUrl: string;
  readonly secretFile: string;
  readonly zones: readonly ZoneSettings[];
  readonly portalPort: number;
  /** Where the hash of a setup code lies. */
  readonly setupFile: string;
  /** The file with the demo's accounts, as people are told of it; null unless this is the demo. */
  readonly demoFile: string | null;
}

export interface PlannedProcess {
  readonly name: "portal" | "gateway" | "worker";
  readonly script: string;
  readonly logFile: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Which processes make up the service, and what each is told. */
export function planProcesses(options: StartOptions, addresses: ServiceAddresses): PlannedProcess[] {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: options.isDevelopment ? "development" : "production",
    DATABASE_URL: addresses.appUrl,
    DATABASE_WORKER_URL: addresses.workerUrl,
    HOLDFAST_SECRET_FILE: addresses.secretFile,
    HOLDFAST_ZONES: JSON.stringify(addresses.zones),
    HOLDFAST_PUBLIC_URL: options.publicUrl,
    HOLDFAST_PORTAL_ADDRESS: `http://127.0.0.1:${addresses.portalPort}`,
    HOLDFAST_PORT: String(options.port),
    HOLDFAST_AGENTS_FOLDER: agentsFolderOf(options.dataFolder),
    HOLDFAST_COLLECTORS_FOLDER: join(options.dataFolder, "collectors"),
    HOLDFAST_SETUP_FILE: addresses.setupFile,
    ...(addresses.demoFile !== null && { HOLDFAST_DEMO_FILE: addresses.demoFile }),
    NEXTAUTH_URL: options.publicUrl,
    NEXT_TELEMETRY_DISABLED: "1",
    // [Note: a zone that hangs]: it keeps its calls' threads, and the others need theirs.
    UV_THREADPOOL_SIZE: String(OTHER_THREADS + addresses.zones.length * ZONE_CALLS),
  };
  return (["portal", "gateway", "worker"] as const).map((name) => ({
    name,
    script: join(options.projectRoot, "server", name, "main.ts"),
    logFile: join(options.dataFolder, "logs", `${name}.log`),
    environment,
  }));
}
