import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort, holdPort } from "../../platform/free-port.ts";
import { createSecret, readOrCreateSecretFile } from "../../platform/secrets.ts";
import { isDemo } from "../demo/is-demo.ts";
import { buildPortal, buildVault } from "./build-portal.ts";
import { prepareDataFolder, takeDataFolder } from "./data-folder.ts";
import { keepDatabase } from "./keep-database.ts";
import { planProcesses, type ServiceAddresses } from "./plan-processes.ts";
import { keepLogsShort } from "./rotate-logs.ts";
import { setUpZones } from "./set-up-zones.ts";
import { StartError } from "./start-error.ts";
import type { StartOptions } from "./start-options.ts";
import { SupervisedProcess } from "./supervised-process.ts";

/** After every process said that it is ready, the front door answers within this time. */
const MAX_HEALTHY_MS = 30_000;
const HEALTH_RETRY_MS = 100;
const MAX_PORT_WAIT_MS = 5_000;
const PORT_RETRY_MS = 100;

export interface RunningService extends ServiceAddresses {
  /** Stops gateway, portal and worker, then PostgreSQL, and releases the data folder. */
  stop(): Promise<void>;
}

type Undo = () => Promise<void>;

/**
 * Brings everything up in the order in which it is needed: database, zones, build, processes. What was begun is undone in the
 * opposite order, at the end or when a step fails.
 */
export async function supervise(options: StartOptions, tell: (message: string) => void): Promise<RunningService> {
  const undo: Undo[] = [];
  const stop = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const addresses = await bringUp(options, tell, undo);
    return { ...addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(
  options: StartOptions,
  tell: (message: string) => void,
  undo: Undo[],
): Promise<ServiceAddresses> {
  const { projectRoot, dataFolder } = options;
  await prepareDataFolder(dataFolder);
  undo.push(await takeDataFolder(dataFolder));
  // Held until the others have theirs: a free port that is asked for may be any, this one too.
  const releasePort = await requireFreePort(options.port);
  undo.push(releasePort);
  const zones = await setUpZones(dataFolder, options.zonesFile);
  const database = await keepDatabase(projectRoot, dataFolder, tell);
  undo.push(database.stop);
  const secretFile = join(dataFolder, "secrets", "process-secret");
  await readOrCreateSecretFile(secretFile, createSecret);
  const build = options.isDevelopment ? buildVault : buildPortal;
  await build(projectRoot, join(dataFolder, "logs"), (what) =>
    tell(`building ${what} (about a minute, the first time)`),
  );
  const { appUrl, workerUrl } = database.urls;
  const setupFile = join(dataFolder, "secrets", "setup-code-hash");
  const demoFile = (await isDemo(options, appUrl)) ? join(basename(dataFolder), "demo.json") : null;
  const addresses = { appUrl, workerUrl, secretFile, zones, setupFile, demoFile, portalPort: await findFreePort() };
  await releasePort();
  await startProcesses(options, addresses, tell, undo);
  await waitUntilHealthy(options.port);
  return addresses;
}

async function startProcesses(
  options: StartOptions,
  addresses: ServiceAddresses,
  tell: (message: string) => void,
  undo: Undo[],
): Promise<void> {
  const plans = planProcesses(options, addresses);
  const processes = plans.map((plan) => new SupervisedProcess({ ...plan, cwd: options.projectRoot, onCrash: tell }));
  const logFiles = [...plans.map(({ logFile }) => logFile), join(options.dataFolder, "postgres", "postgres.log")];
  const endRotation = keepLogsShort(logFiles, tell);
  undo.push(async () => endRotation());
  undo.push(async () => {
    await Promise.all(processes.map((each) => each.stop()));
  });
  try {
    await Promise.all(processes.map((each) => each.start()));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError("process_failed", reason, { cause: error });
  }
}

/** A gateway whose supervisor was killed may still finish what it was doing. */
async function requireFreePort(port: number): Promise<() => Promise<void>> {
  const deadlineMs = performance.now() + MAX_PORT_WAIT_MS;
  for (;;) {
    const release = await holdPort(port);
    if (release !== null) return release;
    if (performance.now() > deadlineMs) {
      throw new StartError("port_taken", `port ${port} is taken by another program; choose one with --port`);
    }
    await sleep(PORT_RETRY_MS);
  }
}

async function waitUntilHealthy(port: number): Promise<void> {
  const deadlineMs = performance.now() + MAX_HEALTHY_MS;
  let last = "no answer";
  while (performance.now() < deadlineMs) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`);
      await response.body?.cancel();
      if (response.ok) return;
      last = `status ${response.status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(HEALTH_RETRY_MS);
  }
  throw new StartError("process_failed", `the gateway does not become healthy on port ${port}: ${last}`);
}
