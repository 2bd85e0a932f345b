import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findTestTool } from "./find-test-tool.ts";
import type { Reached } from "./s3-world.ts";

const run = promisify(execFile);
const PROGRAMS = ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin"];
/** A zone takes this port and the 49 behind it; away from the tools' own examples. */
const PORT = 21_400;
/** Takes room on the disk only as it fills. */
const MAX_STORED = "8G";
/** Starts in about 10 s on a busy machine. */
const MAX_START_MS = 120_000;

export function findCephTool(): string | null {
  return findTestTool("ceph-zone.sh", PROGRAMS);
}

export interface CephZone extends Reached {
  /** One of the tool's commands, as `kill` with `rgw`. */
  tell(command: string, ...args: string[]): Promise<void>;
  remove(): Promise<void>;
}

/** Where a Ceph runs, if not on this machine's own network. */
export interface CephHost {
  readonly namespace: string;
  readonly address: string;
}

/** Starts a Ceph of one machine whose gateway speaks S3, with its data in memory, or in a file where it has to survive. */
export async function startCephZone(
  tool: string,
  store: "memstore" | "bluestore" = "memstore",
  host: CephHost | null = null,
): Promise<CephZone> {
  const root = await mkdtemp(join(tmpdir(), "holdfast-ceph-"));
  const place = host && { ZONE_NS: host.namespace, ZONE_IP: host.address };
  const env = { ...process.env, ...place, ZONE_ROOT: root, ZONE_STORE: store, ZONE_SIZE: MAX_STORED };
  const tell = async (command: string, ...args: string[]) => {
    await run("bash", [tool, command, "zone", String(PORT), ...args], { env, timeout: MAX_START_MS });
  };
  const remove = async () => {
    await tell("destroy");
    await rm(root, { recursive: true, force: true });
  };
  try {
    await tell("start");
  } catch (error) {
    await remove();
    throw error;
  }
  const lines = (await readFile(join(root, "zone", "s3.env"), "utf8")).split("\n");
  const settingOf = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  return {
    endpoint: settingOf("S3_ENDPOINT"),
    region: settingOf("AWS_REGION"),
    accessKeyId: settingOf("AWS_ACCESS_KEY_ID"),
    secretAccessKey: settingOf("AWS_SECRET_ACCESS_KEY"),
    tell,
    remove,
  };
}
