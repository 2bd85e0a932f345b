import { setTimeout as sleep } from "node:timers/promises";
import { openSetup } from "./supervisor/open-setup.ts";
import { parseStartOptions, type StartOptions } from "./supervisor/start-options.ts";
import { type RunningService, supervise } from "./supervisor/supervise.ts";

const EXIT_STOPPED = 0;
const SAME_REQUEST_MS = 2_000;
/** A process that has just started may be busy, or be started again, in the middle of it. */
const DEMO_ATTEMPTS = 3;
const DEMO_PAUSE_MS = 2_000;

/** `holdfast start`: runs until it is asked to stop by SIGINT or SIGTERM. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const options = parseStartOptions(input);
  const stopRequested = waitForStop();
  const tell = teller(options);
  const service = await supervise(options, tell);
  await serveUntil(stopRequested, service, options);
  return EXIT_STOPPED;
}

async function serveUntil(stopRequested: Promise<void>, service: RunningService, options: StartOptions): Promise<void> {
  const stopping = new AbortController();
  const hasStopped = stopRequested.then(() => stopping.abort());
  try {
    if (!options.isBare) await tryDemo(service, options, stopping.signal);
    if (stopping.signal.aborted) return;
    const setupUrl = options.isBare ? await openSetup(service, options) : null;
    if (stopping.signal.aborted) return;
    sayReady(options, setupUrl);
    const offered = tryOffer(options, stopping.signal);
    await hasStopped;
    await offered;
  } finally {
    await service.stop();
  }
}

/** Machines can be added without it, by a checkout of their own; so it is no reason to end anything. */
async function tryOffer({ projectRoot, dataFolder, ...options }: StartOptions, signal: AbortSignal): Promise<void> {
  try {
    const { offerAgent } = await import("./supervisor/offer-agent.ts");
    await offerAgent({ projectRoot, dataFolder, signal });
  } catch (error) {
    if (signal.aborted) return;
    teller({ projectRoot, dataFolder, ...options })(
      `no agent can be downloaded from here: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function sayReady({ isJson, publicUrl }: StartOptions, setupUrl: string | null): void {
  if (isJson) {
    console.log(JSON.stringify({ kind: "ready", portalUrl: publicUrl, ...(setupUrl !== null && { setupUrl }) }));
    return;
  }
  console.log(`Holdfast is at ${publicUrl}`);
  if (setupUrl === null) return;
  console.log("Nobody has an account yet. Whoever opens this address makes the first one; it works once:");
  console.log(`  ${setupUrl}`);
}

/** A demo that fails goes on where it was; it is no reason to take the service away, and the next start goes on with it, too. */
async function tryDemo(service: RunningService, options: StartOptions, signal: AbortSignal): Promise<void> {
  const tell = teller(options);
  const { makeDemo } = await import("./demo/make-demo.ts");
  const { withProvider } = await import("./demo/open-provider.ts");
  const localUrl = `http://localhost:${options.port}`;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      await withProvider(service.appUrl, (provider) => makeDemo({ options, localUrl, provider, signal, tell }));
      return;
    } catch (error) {
      if (signal.aborted) return;
      const isLast = attempt === DEMO_ATTEMPTS;
      const after = isLast ? "the next start goes on with it" : "trying again";
      tell(`the demo is not complete: ${error instanceof Error ? error.message : error}; ${after}`);
      if (isLast) return;
      await sleep(DEMO_PAUSE_MS, undefined, { signal }).catch(() => {});
    }
  }
}

/**
 * Ctrl-C may arrive more than once, from the terminal and from each launcher above. A signal that comes later is of an
 * impatient person and ends the process at once: its children notice.
 */
function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | null = null;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (askedAtMs !== null && performance.now() - askedAtMs > SAME_REQUEST_MS) process.exit(1);
        askedAtMs ??= performance.now();
        resolve();
      });
    }
  });
}

function teller({ isJson }: StartOptions): (message: string) => void {
  return (message) => {
    if (isJson) console.log(JSON.stringify({ kind: "progress", message }));
    else console.error(`holdfast: ${message}`);
  };
}
