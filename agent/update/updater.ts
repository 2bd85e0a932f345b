import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type SignedRelease, signedReleaseSchema } from "../../contracts/agent-release.ts";
import { agentVersion } from "../agent-version.ts";
import { codeOf } from "../retry.ts";
import { BackOff } from "../run/back-off.ts";
import { downloadArchive } from "./download-archive.ts";
import { checkVersion, keepVersions, switchVersion, unpackVersion } from "./install-version.ts";
import { endTrial, type Installation, noteFailed } from "./installation.ts";
import { openRelease } from "./open-release.ts";
import { planUpdate, type UpdatePlan } from "./plan-update.ts";

export type UpdateEvent =
  | { readonly event: "updating"; readonly version: string }
  /** The new version is current; this program ends, to be started as that. */
  | { readonly event: "updated"; readonly version: string }
  | { readonly event: "update_failed"; readonly code: string; readonly message: string }
  /** This version had to prove itself, and has. */
  | { readonly event: "proven"; readonly version: string };

export interface UpdaterOptions {
  readonly installation: Installation;
  readonly origin: string;
  readonly stateFolder: string;
  readonly signal: AbortSignal;
  readonly tell: (event: UpdateEvent) => void;
  /** A release is fetched within so long after it was first offered, so that not all machines fetch it in one minute. */
  readonly spreadMs: number;
  readonly backOffMs?: readonly [first: number, longest: number];
}

type Update = Extract<UpdatePlan, { kind: "update" }>;

/** After a download or a look at the portal that failed; a version that failed itself is not tried again at all. */
const BACK_OFF_MS = [60_000, 3_600_000] as const;

/** Replaces this program by what the portal offers, when the pinned key signed it and it works on this machine. */
export class Updater {
  readonly #options: UpdaterOptions;
  #installation: Installation;
  readonly #backOff: BackOff;
  /** Of the offer that is waited with: its statement, and when on the monotonic clock. */
  #waiting: { readonly statement: string; readonly untilMs: number } | undefined;
  #refused = "";

  constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#installation = options.installation;
    this.#backOff = new BackOff(options.backOffMs ?? BACK_OFF_MS);
  }

  /** The portal has answered this version, or could not be had: it starts, opens its state and asks. */
  prove(): void {
    if (!endTrial(this.#installation)) return;
    this.#options.tell({ event: "proven", version: agentVersion });
  }

  /**
   * Takes an offer up, or leaves it.
   *
   * @param isUrgent the portal takes nothing from this version any more
   * @returns restart: the new version is current; wait: it may be had later; none: not by itself
   */
  async consider(offer: SignedRelease, isUrgent: boolean): Promise<"restart" | "wait" | "none"> {
    const plan = this.#plan(offer);
    if (plan === undefined || plan.kind === "stay") return "none";
    if (this.#backOff.isResting || (!isUrgent && this.#isWaiting(offer))) return "wait";
    const { tell, signal } = this.#options;
    try {
      tell({ event: "updating", version: plan.version });
      await this.#install(plan);
      tell({ event: "updated", version: plan.version });
      return "restart";
    } catch (error) {
      if (signal.aborted) throw error;
      this.#backOff.rest();
      const hasFailed = codeOf(error) === "version_failed";
      if (hasFailed) this.#noteFailed(plan.name);
      tell({ event: "update_failed", code: codeOf(error), message: messageOf(error) });
      return hasFailed ? "none" : "wait";
    }
  }

  /** Undefined for an offer that the pinned key did not sign; said once for each. */
  #plan(offer: SignedRelease): UpdatePlan | undefined {
    try {
      const release = openRelease(offer, this.#installation.releaseKey);
      const { failed } = this.#installation;
      const { platform: system, arch } = process;
      return planUpdate({ ownVersion: agentVersion, system, arch, failed, release });
    } catch (error) {
      if (this.#refused !== offer.statement) {
        this.#options.tell({ event: "update_failed", code: codeOf(error), message: messageOf(error) });
      }
      this.#refused = offer.statement;
      return undefined;
    }
  }

  #isWaiting({ statement }: SignedRelease): boolean {
    if (this.#waiting?.statement !== statement) {
      this.#waiting = { statement, untilMs: performance.now() + Math.random() * this.#options.spreadMs };
    }
    return performance.now() < this.#waiting.untilMs;
  }

  /** The order is the safety: the archive is what was signed, the version works here, somebody can go back; then it is current. */
  async #install({ version, name, sha256, sizeBytes }: Update): Promise<void> {
    const { origin, stateFolder, signal } = this.#options;
    const versions = join(this.#installation.root, "versions");
    const file = join(versions, ".archive");
    const folder = join(versions, ".unpacked");
    try {
      await downloadArchive({ origin, sha256, sizeBytes, file, signal });
      await unpackVersion(file, folder, signal);
      await checkVersion(folder, { version, stateFolder, signal });
      keepVersions(this.#installation, [this.#installation.own, ".unpacked"]);
      renameSync(folder, join(versions, name));
      switchVersion(this.#installation, name);
    } finally {
      for (const path of [file, folder]) rmSync(path, { recursive: true, force: true });
    }
  }

  #noteFailed(name: string): void {
    noteFailed(this.#installation, name);
    this.#installation = { ...this.#installation, failed: new Set([...this.#installation.failed, name]) };
  }
}

/** What a refusal as too old carries, if it does. */
export function offerOf(error: unknown): SignedRelease | undefined {
  const details = error instanceof Error && "details" in error ? error.details : undefined;
  const update = typeof details === "object" && details !== null && "update" in details ? details.update : undefined;
  return signedReleaseSchema.safeParse(update).data;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
