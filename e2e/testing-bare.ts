import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, freePort, waitUntil } from "./product.ts";
import { type Spy, startSpy } from "./testing-spy.ts";

/** An installation without demo and staff, reached through a spy that keeps what is sent to it. */
export interface BareProduct {
  readonly folder: string;
  readonly data: string;
  /** The spy's origin, which is also the public one. */
  readonly url: string;
  /** As `holdfast start --bare` printed it. */
  readonly setupUrl: string;
  readonly spy: Spy;
  remove(): Promise<void>;
}

export async function startBareProduct(): Promise<BareProduct> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bare-"));
  // As root, PostgreSQL runs under another account, which must get in.
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  const port = await freePort();
  const spyPort = await freePort();
  const url = `http://localhost:${spyPort}`;
  const spy = await startSpy(spyPort, `http://127.0.0.1:${port}`);
  const args = ["start", "--bare", "--json", "--data", data, "--port", String(port)];
  const supervisor = spawn(process.execPath, [join(checkout, "bin", "holdfast"), ...args], {
    env: { ...process.env, HOLDFAST_PUBLIC_URL: url, HOLDFAST_COLLECTOR_ROOTS: "/srv/hosted" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const remove = async () => {
    spy.close();
    await stop(supervisor);
    rmSync(folder, { recursive: true, force: true });
  };
  let output = "";
  for (const stream of [supervisor.stdout, supervisor.stderr]) stream?.on("data", (data) => (output += data));
  try {
    const setupUrl = await waitUntil("the bare start", 300_000, () => {
      if (supervisor.exitCode !== null) throw new Error(`it ended with ${supervisor.exitCode}: ${output.slice(-3000)}`);
      return /"setupUrl":"([^"]+)"/.exec(output)?.[1];
    });
    return { folder, data, url, setupUrl, spy, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function stop(supervisor: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (supervisor.exitCode !== null) return resolve();
    supervisor.on("close", () => resolve());
    supervisor.kill("SIGTERM");
  });
}
