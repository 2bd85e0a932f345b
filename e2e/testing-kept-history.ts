import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { compareTrees } from "./compare-trees.ts";
import { enrolMachine, type Product, type RunningCommand, restoreCodes, startCommand, waitUntil } from "./product.ts";
import { queryAll } from "./testing-evidence.ts";

const hasOwners = process.getuid?.() === 0;

/** What befalls zone 1 while it is written to and read. */
export interface Fault {
  /** Whether the backup is where the fault is wanted; when left out, whether it has begun. */
  isTime?(): boolean;
  begin(): unknown;
  end(): unknown;
}

/** A machine whose backups meet faults, and what it was like at each that was committed; and another that backs up meanwhile. */
export class KeptHistory {
  /** What the source looked like when each committed snapshot was made, oldest first. */
  readonly copies = new Map<string, string>();
  readonly #product: Product;
  readonly #folder: string;
  readonly #largeBytes: number;
  readonly #source: string;
  readonly #other: string;
  readonly #running = new Set<RunningCommand>();
  #state = "";
  #otherState = "";
  #round = 0;

  private constructor(product: Product, folder: string, largeBytes: number) {
    this.#product = product;
    this.#folder = folder;
    this.#largeBytes = largeBytes;
    this.#source = join(folder, "source");
    this.#other = join(folder, "other");
  }

  /** With a first backup that is in both zones. `largeBytes`: of the one large file, new in each round: some packs, so that a fault falls between them. */
  static async begin(product: Product, folder: string, largeBytes: number): Promise<KeptHistory> {
    const history = new KeptHistory(product, folder, largeBytes);
    mkdirSync(history.#source);
    mkdirSync(history.#other);
    writeFileSync(join(history.#other, "note.txt"), "of another machine");
    history.#state = await enrolMachine(product, "files");
    history.#otherState = await enrolMachine(product, "other");
    history.changeSource();
    expect(await history.keep(history.startBackup())).toBe(true);
    await history.waitForBothZones();
    return history;
  }

  get newest(): string {
    return [...this.copies.keys()].at(-1) ?? "";
  }

  changeSource(): void {
    this.#round += 1;
    for (let number = 0; number < 20; number += 1) {
      const name = `small-${this.#round}-${number}.txt`;
      writeFileSync(join(this.#source, name), `${this.#round} ${number} `.repeat(200));
    }
    writeFileSync(join(this.#source, "large.bin"), randomBytes(this.#largeBytes));
  }

  startBackup(): RunningCommand {
    return this.#start(["agent", "backup", this.#source, "--state", this.#state, "--json"]);
  }

  /** Remembers what the source is like if the backup was committed. */
  async keep({ done }: RunningCommand): Promise<boolean> {
    const { code, last } = await done;
    if (code !== 0) return false;
    const copy = join(this.#folder, `copy-${this.copies.size}`);
    cpSync(this.#source, copy, { recursive: true, preserveTimestamps: true });
    this.copies.set(String(last.snapshotId), copy);
    return true;
  }

  async expectRestored(snapshotId: string): Promise<void> {
    const target = mkdtempSync(join(this.#folder, "out-"));
    const restore = this.#start(["restore", snapshotId, "--to", target, "--json"], this.#product.ownerEnv);
    const { code, stderr } = await restore.done;
    expect(restoreCodes, `${snapshotId} ${stderr.slice(-3000)}`).toContain(code);
    const differences = compareTrees(this.copies.get(snapshotId) ?? "", join(target, this.#source), { hasOwners });
    expect(
      differences.filter((difference) => !/: time /.test(difference)),
      snapshotId,
    ).toEqual([]);
    rmSync(target, { recursive: true });
  }

  async expectAllRestored(): Promise<void> {
    for (const snapshotId of this.copies.keys()) await this.expectRestored(snapshotId);
  }

  /** Everything that counts is in both zones, and each of them says so of itself. */
  async waitForBothZones(): Promise<void> {
    const text = `select (select count(*) from pack_presence x join pack p using (company_id, pack_no)
        where p.state = 'live' and x.state <> 'present')
      + (select count(*) from object_presence where state <> 'present')
      + (select count(*) from zone where state <> 'healthy')
      + (select count(*) from zone cross join (select company_id, max(commit) as commit from snapshot group by 1) s
          left join watermark w using (company_id, zone_id) where coalesce(w.commit, 0) < s.commit) as missing`;
    await waitUntil("everything in both zones", 300_000, async () => {
      const [row] = await queryAll(this.#product, text);
      return Number(row?.missing) === 0;
    });
  }

  /** As the worker found it when it last tried to write there. */
  async waitUntilUnreachable(zoneId: string): Promise<void> {
    await waitUntil(`${zoneId} being seen as unreachable`, 180_000, async () => {
      const [row] = await queryAll(this.#product, "select state from zone where zone_id = $1", [zoneId]);
      return row?.state === "unreachable";
    });
  }

  /**
   * A fault of zone 1 begins in the middle of a backup and of a restore. Restores go on, and so do backups of other machines, in the other zone, as soon
   * as the fault is seen. What was under way goes on where it was when the fault ends in time. Resolves with whether the backup was under way still
   * when the fault was seen.
   */
  async expectKeptThrough({ isTime = () => true, begin, end }: Fault): Promise<boolean> {
    const before = this.newest;
    this.changeSource();
    const running = this.startBackup();
    const restored = this.expectRestored(before);
    // It is awaited below; what fails before that is what is reported.
    restored.catch(() => undefined);
    await waitUntil("a backup under way", 60_000, async () => (await this.#openRuns()) > 0 && isTime());
    let wasMet: boolean;
    await begin();
    try {
      await restored;
      await this.waitUntilUnreachable("zone1");
      wasMet = (await this.#openRuns()) > 0;
      const { code, stderr } = await this.#start([
        "agent",
        "backup",
        this.#other,
        "--state",
        this.#otherState,
        "--json",
      ]).done;
      expect(code, stderr.slice(-3000)).toBe(0);
      const text = "select zone_id from run order by started_at desc limit 1";
      expect((await queryAll(this.#product, text))[0]?.zone_id).toBe("zone2");
      await this.expectRestored(before);
    } finally {
      await end();
    }
    if (!(await this.keep(running))) await this.keep(this.startBackup());
    expect(this.newest).not.toBe(before);
    await this.waitForBothZones();
    return wasMet;
  }

  /** Ends what is still running, as after a test that failed. */
  async stop(): Promise<void> {
    const running = [...this.#running];
    for (const { child } of running) child.kill("SIGKILL");
    await Promise.allSettled(running.map(({ done }) => done));
  }

  #start(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
    const command = startCommand(args, env);
    this.#running.add(command);
    const forget = () => this.#running.delete(command);
    command.done.then(forget, forget);
    return command;
  }

  async #openRuns(): Promise<number> {
    const [row] = await queryAll(this.#product, "select count(*) as open from run where ended_at is null");
    return Number(row?.open);
  }
}
