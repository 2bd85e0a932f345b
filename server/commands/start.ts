import { parseStartOptions, type StartOptions } from "./supervisor/start-options.ts";
import { type RunningService, supervise } from "./supervisor/supervise.ts";

const EXIT_STOPPED = 0;

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
  try {
    if (options.isJson) console.log(JSON.stringify({ kind: "ready", portalUrl: options.publicUrl }));
    else console.log(`Holdfast is at ${options.publicUrl}`);
    await stopRequested;
  } finally {
    await service.stop();
  }
}

/** The second signal, of an impatient person, ends the process at once: its children notice. */
function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (isAsked) process.exit(1);
        isAsked = true;
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
