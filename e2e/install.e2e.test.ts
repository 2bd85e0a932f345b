import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishedReleaseSchema } from "../contracts/agent-release.ts";
import { machineIdSchema } from "../contracts/ids.ts";
import type { RunView } from "../contracts/runs.ts";
import { toHex } from "../engine/codec/hex.ts";
import { nodePrimitives } from "../engine/primitives/node.ts";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { BUILD_FILE, buildArchives } from "../server/release/build-archives.ts";
import { publishRelease, readBuild, readReleaseKey } from "../server/release/publish-release.ts";
import { checkout, expectCommand, type Product, startProduct, waitUntil } from "./product.ts";
import { type BareMachine, startBareMachine, whyNoBareMachine } from "./testing-bare-machine.ts";

const INSTALLED = "/opt/holdfast";
const STATE = "/var/lib/holdfast";
/** No waiting for others, and quick new starts. */
const IMPATIENT = { HOLDFAST_UPDATE_SPREAD_SECONDS: "0", HOLDFAST_KEEP_PAUSE: "1", HOLDFAST_TRIAL_PAUSE: "1" };
const SOON_MS = 60_000;
const reason = whyNoBareMachine();

describe.skipIf(reason !== null)("the pasted line on a bare system", () => {
  let product: Product;
  let machine: BareMachine;
  let folder: string;
  let client: ReturnType<typeof createPortalClient>;
  let machineId: ReturnType<typeof machineIdSchema.parse>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-install-"));
    product = await startProduct();
    machine = startBareMachine({ fetcher: "curl", userId: 0, environment: IMPATIENT });
    const { email, password } = product.demo.owner;
    const portal = createPortalClient({ portalUrl: product.url });
    const { sessionToken } = await portal.session.create.mutate({ email, password });
    client = createPortalClient({ portalUrl: product.url, sessionToken });
    await waitUntil(
      "the archive",
      SOON_MS,
      async () => (await fetch(`${product.url}/agent/release.json`)).status === 200,
    );
  }, 400_000);

  afterAll(async () => {
    machine?.remove();
    await product?.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const currentVersion = () => readlinkSync(join(machine.root, INSTALLED, "current")).replace("versions/", "");
  const agentLog = () => readFileSync(join(machine.root, STATE, "agent.log"), "utf8");
  const isOnTrial = () => existsSync(join(machine.root, INSTALLED, "trial"));
  /** It asks at once when it starts; otherwise within a minute. */
  function restartAgent(): void {
    for (const pid of machine.listProcesses("agent run")) process.kill(pid, "SIGTERM");
  }
  const awaitLog = (text: string) =>
    waitUntil(`"${text}" in the agent's log`, SOON_MS, () => agentLog().includes(text));

  it("installs, enrols and starts the agent, and shows the link's secret to no list of processes", async () => {
    expect((await machine.type("command -v node || command -v npm || command -v systemctl")).code).not.toBe(0);
    const created = await expectCommand(["enrolments", "create", "--name", "bare-metal", "--json"], product.ownerEnv);
    const line = String(created.last.installLine);
    const secret = String(created.last.link).split("#")[1] ?? "";
    expect(line).toContain(secret);
    const seen: string[] = [];
    const look = setInterval(() => seen.push(...machine.listProcesses(secret).map(String)), 5);
    const typed = await machine.type(line);
    clearInterval(look);
    expect(typed, typed.output).toMatchObject({ code: 0 });
    expect(typed.output).toContain('enrolled as "bare-metal"');
    expect(typed.output).toContain(`there is no systemd: it is kept running by ${INSTALLED}/bin/keep`);
    expect(seen).toEqual([]);
    const logs = readdirSync(join(product.data, "logs")).map((name) =>
      readFileSync(join(product.data, "logs", name), "utf8"),
    );
    expect(logs.join("\n")).not.toContain(secret);
    await awaitLog('"bare-metal" waits for what');
    const [row] = (await client.machines.list.query({ search: "bare-metal" })).rows;
    machineId = machineIdSchema.parse(row?.machineId);
  }, 200_000);

  it("refuses an installer that is not the one which the line names, and leaves what is there", async () => {
    const before = currentVersion();
    const created = await expectCommand(["enrolments", "create", "--json"], product.ownerEnv);
    const line = String(created.last.installLine);
    const hash = /= '([0-9a-f]{64})/.exec(line)?.[1] ?? "";
    const installer = join(product.data, "agents", `${hash}.sh`);
    const genuine = readFileSync(installer);
    appendFileSync(installer, "echo forged\n");
    const typed = await machine.type(line);
    writeFileSync(installer, genuine);
    expect(typed.code).not.toBe(0);
    expect(typed.output).toContain("the agent was not installed");
    expect(typed.output).not.toContain("forged");
    expect(currentVersion()).toBe(before);
    // The genuine one, once more on this machine: as a repair, and the link stays for another.
    const repaired = await machine.type(line);
    expect(repaired, repaired.output).toMatchObject({ code: 0 });
    expect(repaired.output).toContain("this machine is enrolled already");
    await waitUntil("the agent's second start", SOON_MS, () => agentLog().split("waits for what").length > 2);
  }, 100_000);

  it("backs up what it is told to, and from then on by its schedule", async () => {
    mkdirSync(join(machine.root, "srv", "documents"));
    writeFileSync(join(machine.root, "srv", "documents", "ledger.txt"), "the ledger");
    const settings = { timing: { cron: "* * * * *", timeZone: "UTC" }, jitterSeconds: 0, catchUpMinutes: null };
    const subject = { level: "machine", machineId } as const;
    await client.schedules.put.mutate({ subject, settings: { ...settings, isPaused: false } });
    const typed = await machine.type("holdfast agent backup /srv/documents --json");
    expect(typed, typed.output).toMatchObject({ code: 0 });
    restartAgent();
    await awaitLog("Next: ");
  }, 100_000);

  it("becomes a newer version that the portal offers", async () => {
    await publishVersion("0.1.1");
    restartAgent();
    await awaitLog("Agent 0.1.1 runs.");
    expect(currentVersion()).toMatch(/^0\.1\.1-/);
    expect(isOnTrial()).toBe(false);
    const checked = await machine.type("holdfast agent check --json");
    expect(JSON.parse(checked.output)).toMatchObject({ version: "0.1.1", machineName: "bare-metal" });
    const { agentVersion } = await client.machines.get.query({ machineId });
    expect(agentVersion).toBe("0.1.1");
  }, 100_000);

  it("leaves what another key signed, and what is not what was signed", async () => {
    const before = currentVersion();
    await publishVersion("0.1.3", { keyFile: join(folder, "another-key") });
    restartAgent();
    await awaitLog("(release_not_signed)");
    const sha256 = await publishVersion("0.1.3");
    const archive = join(product.data, "agents", `${sha256}.tar.gz`);
    const genuine = readFileSync(archive);
    rmSync(archive);
    genuine[1000] = (genuine[1000] ?? 0) ^ 1;
    writeFileSync(archive, genuine);
    restartAgent();
    await awaitLog("(archive_changed)");
    expect(currentVersion()).toBe(before);
  }, 100_000);

  it("does not take a place for a version that does not start, and tries it once", async () => {
    const before = currentVersion();
    await publishVersion("0.1.4", { begins: 'throw new Error("broken on purpose");' });
    restartAgent();
    await awaitLog("(version_failed)");
    const starts = () => agentLog().split("waits for what").length;
    const startsBefore = starts();
    restartAgent();
    await waitUntil("the next start", SOON_MS, () => starts() > startsBefore);
    await awaitLog("Next: ");
    expect(agentLog().match(/Fetching agent 0\.1\.4/g)).toHaveLength(1);
    expect(currentVersion()).toBe(before);
  }, 100_000);

  it("goes back from a version that passes its own check and then does not run, and does not try it again", async () => {
    const before = currentVersion();
    await publishVersion("0.1.5", { begins: 'if (process.argv.includes("run")) process.exit(3);' });
    restartAgent();
    await awaitLog("Agent 0.1.5 works here and is started now.");
    await awaitLog(`does not run here and is not tried again; back to ${before}`);
    const afterReturn = () => agentLog().slice(agentLog().indexOf("back to"));
    await waitUntil("the old version at work", SOON_MS, () => afterReturn().includes("waits for what"));
    expect(currentVersion()).toBe(before);
    expect(isOnTrial()).toBe(false);
    expect(agentLog().match(/Fetching agent 0\.1\.5/g)).toHaveLength(1);
  }, 100_000);

  it("has meanwhile backed up by its schedule, and what it stored can be read", async () => {
    const isByItself = (run: RunView) => run.outcome === "complete" && run.dueAt !== null;
    const listRuns = async () => (await client.runs.list.query({ machineId })).rows;
    const run = await waitUntil("a run by itself", 2 * SOON_MS, async () => (await listRuns()).find(isByItself));
    await expectCommand(["verify", String(run.snapshotId)], product.ownerEnv);
  }, 200_000);

  it("installs for an ordinary user below the own home, with wget, and backs up what that user may read", async () => {
    const own = startBareMachine({ fetcher: "wget", userId: 1000, environment: IMPATIENT });
    try {
      await publishVersion("0.1.6");
      const created = await expectCommand(["enrolments", "create", "--name", "a-desk", "--json"], product.ownerEnv);
      const typed = await own.type(String(created.last.installLine));
      expect(typed, typed.output).toMatchObject({ code: 0 });
      expect(typed.output).toContain("kept running by /root/.local/share/holdfast/bin/keep");
      expect(existsSync(join(own.root, INSTALLED))).toBe(false);
      const backup = await own.type("echo mine >/srv/note && /root/.local/bin/holdfast agent backup /srv --json");
      expect(backup, backup.output).toMatchObject({ code: 0 });
      const log = join(own.root, "root/.local/state/holdfast/agent.log");
      await waitUntil("the agent at work", SOON_MS, () =>
        readFileSync(log, "utf8").includes('"a-desk" waits for what'),
      );
    } finally {
      own.remove();
    }
  }, 100_000);

  interface Publication {
    readonly keyFile?: string;
    /** Code that the program begins with. */
    readonly begins?: string;
  }

  /** Publishes as the provider would, with the key of the installation unless it is another; answers the archive's hash. */
  async function publishVersion(version: string, { keyFile, begins }: Publication = {}): Promise<string> {
    const buildFolder = join(folder, version);
    const isBuilt = existsSync(join(buildFolder, BUILD_FILE));
    // Not made smaller: that takes seconds for each, and what the service itself offers first is.
    const options = { projectRoot: checkout, version, folder: buildFolder, gzipLevel: 0 };
    const build = isBuilt ? await readBuild(buildFolder) : await buildArchives(options);
    let sha256 = build.archives.find(({ arch }) => arch === process.arch)?.sha256 ?? "";
    if (begins !== undefined) sha256 = alterArchive(buildFolder, { version, sha256, begins });
    await publishRelease({
      projectRoot: checkout,
      buildFolder,
      agentsFolder: join(product.data, "agents"),
      releaseKey: await readReleaseKey(keyFile ?? join(product.data, "secrets", "agent-release-key")),
    });
    publishedReleaseSchema.parse(await (await fetch(`${product.url}/agent/release.json`)).json());
    return sha256;
  }

  function alterArchive(
    buildFolder: string,
    { version, sha256, begins }: { readonly version: string; readonly sha256: string; readonly begins: string },
  ): string {
    const unpacked = join(buildFolder, "unpacked");
    mkdirSync(unpacked);
    execFileSync("tar", ["-xzf", join(buildFolder, `${sha256}.tar.gz`), "-C", unpacked]);
    const main = join(unpacked, "lib", "main.mjs");
    writeFileSync(main, `${begins}\n${readFileSync(main, "utf8")}`);
    const packed = join(buildFolder, "altered.tar");
    execFileSync("tar", ["-cf", packed, "-C", unpacked, "."]);
    rmSync(unpacked, { recursive: true });
    const bytes = gzipSync(readFileSync(packed), { level: 0 });
    rmSync(packed);
    const altered = toHex(nodePrimitives.sha256(bytes));
    writeFileSync(join(buildFolder, `${altered}.tar.gz`), bytes);
    const archives = [{ system: "linux", arch: process.arch, sha256: altered, sizeBytes: bytes.length }];
    writeFileSync(join(buildFolder, BUILD_FILE), JSON.stringify({ version, archives, missing: [] }));
    return altered;
  }
});

if (reason !== null)
  describe.skip(`the pasted line on a bare system: skipped, because it ${reason}`, () => it("is not tried", () => {}));
