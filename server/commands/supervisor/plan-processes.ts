import { join } from "node:path";
import type { ZoneSettings } from "../../platform/env.ts";
import type { StartOptions } from "./start-options.ts";

export interface ServiceAddresses {
  readonly appUrl: string;
  readonly workerUrl: string;
  readonly secretFile: string;
  readonly zones: readonly ZoneSettings[];
  readonly portalPort: number;
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
    NEXTAUTH_URL: options.publicUrl,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  return (["portal", "gateway", "worker"] as const).map((name) => ({
    name,
    script: join(options.projectRoot, "server", name, "main.ts"),
    logFile: join(options.dataFolder, "logs", `${name}.log`),
    environment,
  }));
}
