import { hostname } from "node:os";
import { type AgentHelloView, agentHelloView } from "../../contracts/agent.ts";
import { fromBase64, toHex } from "../../engine/codec/hex.ts";
import { headerHashOf, sealManifest } from "../../engine/format/manifest.ts";
import { MANIFEST_HEADER_SIZE_BYTES, MANIFEST_SIGNATURE_SIZE_BYTES } from "../../engine/format/manifest-header.ts";
import { type Slot, signSlot } from "../../engine/format/slot.ts";
import { sealTo } from "../../engine/keys/sealed-box.ts";
import type { Source } from "../../engine/ports/source.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { BulkClient, type CommittedSnapshot } from "../bulk-client.ts";
import { ControlClient } from "../control-client.ts";
import { HttpConnection } from "../http-connection.ts";
import { codeOf } from "../retry.ts";
import { followServer, nextInChain } from "../server-trust.ts";
import { AgentError } from "../state/agent-error.ts";
import { getIdentity, type Identity } from "../state/identity.ts";
import { getPins, keepPins, type Pins } from "../state/pins.ts";
import type { KnownSource } from "../state/sources.ts";
import { openStateFolder, type StateFolder } from "../state/state-folder.ts";
import { lockState } from "../state/state-lock.ts";
import type { BackupCounters } from "./backup-counters.ts";
import { chooseSource } from "./choose-source.ts";
import { countFiles } from "./count-files.ts";
import { openSource, requirePaths } from "./open-source.ts";
import { leaseLost, RunSession } from "./run-session.ts";
import { type BuiltSnapshot, SnapshotPipeline } from "./snapshot-pipeline.ts";
import { SourceCache } from "./source-cache.ts";

export interface BackupOptions extends BackupSettings {
  readonly paths: readonly string[];
  /** Names the source; without it, the same set of paths is the same source. */
  readonly source?: string | undefined;
  readonly excludes?: readonly string[];
}

export interface BackupSettings {
  readonly stateFolder?: string | undefined;
  /** Expand every frame again before it leaves and recompute its ids, instead of one in 16. */
  readonly isParanoid?: boolean;
  readonly signal?: AbortSignal;
  /** Whether a first backup counts what it will read, so that progress can say how much is left: somebody is looking. */
  readonly isCounting?: boolean;
  /** Called about four times a second. */
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface BackupProgress extends BackupCounters {
  readonly elapsedMs: number;
  /** Of the last run of this source, as an estimate; at the first as counted, undefined until then. */
  readonly expected: { readonly files: number; readonly bytes: number } | undefined;
}

export interface BackupResult {
  readonly snapshotId: string;
  readonly sourceId: string;
  readonly outcome: "complete" | "complete_with_gaps";
  readonly counters: BackupCounters & { readonly seconds: number };
  /** As many as the manifest lists. */
  readonly gaps: BuiltSnapshot["gaps"]["listed"];
}

/** Codes with which the server takes a run away that has not failed. */
const ENDED_BY_SERVER: ReadonlySet<string> = new Set(["run_cancelled", "window_ended"]);

const PROGRESS_EVERY_MS = 250;

interface Shown {
  readonly pipeline: SnapshotPipeline;
  readonly source: Source;
  readonly cache: SourceCache;
}

/**
 * Backs up paths as one snapshot. The order of writes is the safety: packs are durable before the manifest names them,
 * the commit is acknowledged before the cache counts on it.
 *
 * @throws AgentError, ServerError, ConnectionError, IntegrityError; the signal's reason
 */
export async function backupPaths({ paths, source, excludes = [], ...settings }: BackupOptions): Promise<BackupResult> {
  if (paths.length === 0) throw new AgentError("usage", "say what to back up: one path or several");
  return backUp(settings, (at, companyPublicKey) =>
    chooseSource(at, { paths, name: source, excludes }, companyPublicKey),
  );
}

/**
 * The same for a source that this agent has backed up before, as it was defined then.
 *
 * @throws as `backupPaths`; AgentError `path_not_found` ends the run as failed, for all to see
 */
export async function backupSource(source: KnownSource, settings: BackupSettings): Promise<BackupResult> {
  return backUp(settings, async () => source);
}

type ChooseSource = (at: Parameters<typeof chooseSource>[0], companyPublicKey: Uint8Array) => Promise<KnownSource>;

async function backUp(options: BackupSettings, choose: ChooseSource): Promise<BackupResult> {
  const state = openStateFolder(options.stateFolder);
  const identity = getIdentity(state);
  const unlock = lockState(state);
  const connection = new HttpConnection(identity.origin);
  try {
    return await new BackupRun(options, { state, identity, connection }).run(choose);
  } finally {
    connection.close();
    unlock();
  }
}

interface Place {
  readonly state: StateFolder;
  readonly identity: Identity;
  readonly connection: HttpConnection;
}

class BackupRun {
  readonly #options: BackupSettings;
  readonly #place: Place;
  readonly #control: ControlClient;
  readonly #cancel = new AbortController();
  readonly #startedAt = new Date();

  constructor(options: BackupSettings, place: Place) {
    this.#options = options;
    this.#place = place;
    const { agentId, sign } = place.identity;
    this.#control = new ControlClient(place.connection, { agentId, signSecretKey: sign.secretKey });
  }

  async run(choose: ChooseSource): Promise<BackupResult> {
    const { state, identity } = this.#place;
    const { signal } = this.#options;
    const onAbort = () => this.#cancel.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const hello = await this.#control.call({ procedure: "agent.hello", isQuery: true, view: agentHelloView });
      const pins = await followServer(this.#control, identity, { pins: getPins(state), hello });
      keepPins(state, pins);
      const at = { state, identity, control: this.#control };
      const source = await choose(at, fromBase64(pins.companyPublicKey));
      const session = await RunSession.start(this.#control, source.sourceId, this.#cancel);
      return await this.#runSession(session, { hello, pins, source });
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #runSession(session: RunSession, known: Known): Promise<BackupResult> {
    try {
      await requirePaths(known.source.paths.map(fromBase64));
      const sealing = this.#makeSealing(session, known.pins);
      return await this.#attempt(session, known, { ...sealing, isVoid: false }).catch((error: unknown) => {
        // The server lacks what the cache counted on, or it moved zones: read it all again, once.
        if (codeOf(error) !== "missing_objects") throw error;
        return this.#attempt(session, known, { ...sealing, isVoid: true });
      });
    } catch (error) {
      const { signal } = this.#options;
      const isCancelled = signal?.aborted === true || ENDED_BY_SERVER.has(codeOf(error));
      const own = codeOf(error) === "run_cancelled" ? "cancelled" : codeOf(error);
      const code = signal?.aborted === true ? codeOf(signal.reason) : own;
      await session.end(isCancelled ? "cancelled" : "failed", code);
      throw codeOf(error) === "lease_lost" ? leaseLost() : error;
    } finally {
      session.stop();
    }
  }

  /** One data key for the run, sealed to the company: this agent itself could not open it again. */
  #makeSealing({ run }: RunSession, pins: Pins): Sealing {
    const { companyId, sign, certificate } = this.#place.identity;
    if (run.epoch !== pins.epoch) {
      throw new AgentError(
        "epoch_changed",
        `the company's keys moved to epoch ${run.epoch} just now; start the backup again`,
      );
    }
    const dataKey = nodeRandomness.bytes(32);
    const publicKey = fromBase64(pins.companyPublicKey);
    const slot = signSlot(nodePrimitives, sign.secretKey, {
      companyId,
      scope: run.scope,
      runId: run.runId,
      agentCertHash: nodePrimitives.sha256(certificate),
      epoch: run.epoch,
      sealedDataKey: sealTo(nodePrimitives, { publicKey, purpose: "data-key", secret: dataKey }),
    });
    return { dataKey, slot };
  }

  async #attempt(
    session: RunSession,
    known: Known,
    how: Sealing & { readonly isVoid: boolean },
  ): Promise<BackupResult> {
    const { state, identity, connection } = this.#place;
    const { companyId, chunkIdKey } = identity;
    const { scope, zoneId } = session.run;
    const { signal } = this.#cancel;
    const target = new BulkClient({ connection, getToken: () => session.bulkToken, signal });
    const { sourceId, excludes } = known.source;
    const paths = known.source.paths.map(fromBase64);
    const { isVoid } = how;
    const cache = new SourceCache({
      state,
      sourceId,
      place: { companyId, scope, zoneId },
      chunkIdKey,
      paths,
      excludes,
      isVoid,
    });
    let source: Source | undefined;
    try {
      source = await openSource({ paths, excludes, isSameSelection: cache.isSameSelection, ownFolder: state.cache });
      const pipeline = new SnapshotPipeline({
        ...{ companyId, scope, chunkIdKey, target, signal, dataKey: how.dataKey, slot: how.slot },
        isParanoid: this.#options.isParanoid ?? false,
        startedAt: this.#startedAt,
        source,
        cache: cache.cursor(),
        spill: cache.spill,
        changeList: cache.plan,
        earlierChanges: cache.earlierChanges,
        keepChange: (row) => cache.changes.add(row),
        keepRecord: (record) => cache.writer.add(record),
      });
      session.report(() => pipeline.progress());
      const built = await this.#withProgress({ pipeline, source, cache }, () => pipeline.run());
      const counters = pipeline.progress();
      const manifest = this.#sealManifest(session, known, { built, counters, sealing: how });
      await session.reportNow();
      const committed = await target.commitSnapshot(manifest);
      this.#remember(known, manifest);
      cache.commit(built.changeListId, counters);
      return this.#result(committed, known.source, { built, counters });
    } finally {
      source?.close();
      cache.close();
    }
  }

  async #withProgress<T>({ pipeline, source, cache }: Shown, work: () => Promise<T>): Promise<T> {
    const { onProgress, isCounting = false } = this.#options;
    if (onProgress === undefined) return work();
    let { expected } = cache;
    const counting = new AbortController();
    if (expected === undefined && isCounting) {
      // Only for the eyes: a count that fails changes nothing about the backup.
      const counted = countFiles(source, counting.signal).catch(() => undefined);
      void counted.then((count) => {
        if (!counting.signal.aborted) expected = count;
      });
    }
    const tell = () =>
      onProgress({ ...pipeline.progress(), elapsedMs: Date.now() - this.#startedAt.getTime(), expected });
    const timer = setInterval(tell, PROGRESS_EVERY_MS);
    try {
      return await work();
    } finally {
      counting.abort();
      clearInterval(timer);
      tell();
    }
  }

  #sealManifest({ run }: RunSession, { hello, source }: Known, { built, counters, sealing }: Finished): Uint8Array {
    const { companyId, machineId, certificate, sign } = this.#place.identity;
    const header = {
      ...{ companyId, scope: run.scope, machineId, sourceId: source.sourceId, runId: run.runId, epoch: run.epoch },
      ...nextInChain(hello),
      agentCertHash: nodePrimitives.sha256(certificate),
      startedAtMs: this.#startedAt.getTime(),
      endedAtMs: Date.now(),
      topPageId: built.treeId,
      changeListId: built.changeListId,
      entryCount: counters.entries,
      fileCount: counters.files,
      contentBytes: counters.bytes,
      gapCount: built.gaps.count,
    };
    const body = {
      sourceName: source.name,
      paths: source.paths.map(fromBase64),
      excludes: source.excludes,
      host: hostname(),
      gaps: built.gaps.listed,
    };
    const writer = {
      ...sealing,
      primitives: nodePrimitives,
      randomness: nodeRandomness,
      agentSecretKey: sign.secretKey,
    };
    return sealManifest(writer, header, body);
  }

  /** From now on the server has to show this manifest. */
  #remember({ pins, hello }: Known, manifest: Uint8Array): void {
    const signedHeader = manifest.subarray(0, MANIFEST_HEADER_SIZE_BYTES + MANIFEST_SIGNATURE_SIZE_BYTES);
    const headerHash = toHex(headerHashOf(nodePrimitives, signedHeader));
    keepPins(this.#place.state, { ...pins, sequence: nextInChain(hello).sequence, headerHash });
  }

  #result(
    committed: CommittedSnapshot,
    { sourceId }: KnownSource,
    { built, counters }: Omit<Finished, "sealing">,
  ): BackupResult {
    return {
      snapshotId: committed.snapshotId,
      sourceId,
      outcome: built.gaps.count === 0 ? "complete" : "complete_with_gaps",
      counters: { ...counters, seconds: (Date.now() - this.#startedAt.getTime()) / 1000 },
      gaps: built.gaps.listed,
    };
  }
}

interface Known {
  readonly hello: AgentHelloView;
  readonly pins: Pins;
  readonly source: KnownSource;
}

interface Sealing {
  readonly dataKey: Uint8Array;
  readonly slot: Slot;
}

interface Finished {
  readonly built: BuiltSnapshot;
  readonly counters: BackupCounters;
  readonly sealing: Sealing;
}
