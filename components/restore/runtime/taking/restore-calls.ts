import type {
  RestoreCalls,
  RestorePlan,
  RestoreProgress,
  RestoreScope,
  RestoreStart,
} from "../protocol/restore-calls.ts";
import { toFault } from "../rpc.ts";
import { VaultLockedError, type VaultRoom } from "../vault-room.ts";
import { BlockStream } from "./block-stream.ts";
import { DocumentTarget } from "./document-target.ts";
import { DownloadSink, DownloadStoppedError, WORKER_STOPPED } from "./download-sink.ts";
import { HashThread, startHashWorker } from "./hash-thread.ts";
import { openFolderTarget } from "./open-folder-target.ts";
import { startOpenerWorker } from "./opener-pool.ts";
import { RestoreRefusedError } from "./restore-refused-error.ts";
import { TakeAccess } from "./take-access.ts";
import { planTake, type TakePlan } from "./take-plan.ts";
import { TakeProgress } from "./take-progress.ts";
import { writeReceipt } from "./take-receipt.ts";
import { TakeCancelledError, TakeRun, type TakeRunOptions } from "./take-run.ts";
import { resolveScope } from "./take-scope.ts";
import { holdRestore, unfinishedRestores } from "./unfinished-restores.ts";
import { ZipTarget } from "./zip-target.ts";

/** Restores that run side by side; each has its own openers and windows. */
const MAX_RUNNING = 2;
/** Ended ones that are remembered for their receipts, and plans that were not started. */
const MAX_REMEMBERED = 20;

interface Planned {
  readonly access: TakeAccess;
  readonly plan: TakePlan;
  readonly scope: RestoreScope;
  readonly firstZoneId: string | null;
  /** Told into, once it runs. */
  progress: TakeProgress | null;
  run: TakeRun | null;
}

/** Taking it home: plans and runs restores of this worker. */
export function openRestoreCalls(room: VaultRoom): RestoreCalls {
  const restores = new Map<string, Planned>();
  room.onLock(() => forgetOnLock(restores));

  function getRestore(restoreId: string): Planned {
    const found = restores.get(restoreId);
    if (found) return found;
    throw new RestoreRefusedError("restore_unknown", "This restore is not known here any more. Plan it again.");
  }

  function requireRun(restoreId: string): TakeRun {
    const { run } = getRestore(restoreId);
    if (run) return run;
    throw new RestoreRefusedError("restore_not_planned", "This restore has not begun.");
  }

  return {
    async planRestore({ restoreId, scope }): Promise<RestorePlan> {
      const planned = await plan(room, restoreId, scope);
      remember(restores, restoreId, planned);
      return planned.plan.view;
    },
    async startRestore(start): Promise<void> {
      const planned = getRestore(start.restoreId);
      if (planned.run) throw new RestoreRefusedError("restore_not_planned", "This restore has begun already.");
      requireFewRunning(restores);
      const tell = (restore: RestoreProgress) => room.tell({ kind: "restore", restore });
      const { plan, firstZoneId } = planned;
      const release = start.way === "folder" ? await requireHold(start.restoreId) : () => {};
      const progress = new TakeProgress({ plan: plan.view, way: start.way, firstZoneId, tell });
      await begin(room, { start, planned, progress, release });
    },
    async pauseRestore({ restoreId }) {
      requireRun(restoreId).pause();
    },
    async resumeRestore({ restoreId }) {
      requireRun(restoreId).resume();
    },
    async cancelRestore({ restoreId }) {
      requireRun(restoreId).stop(new TakeCancelledError("The restore was cancelled."));
    },
    async loseDownload({ restoreId }) {
      requireRun(restoreId).stop(new DownloadStoppedError(WORKER_STOPPED));
    },
    async listRestores() {
      const views = [...restores.values()].flatMap(({ progress }) => progress?.view() ?? []);
      return views.sort((a, b) => b.startedAtMs - a.startedAtMs);
    },
    async listUnfinished() {
      return unfinishedRestores.list(whoIs(room));
    },
    forgetUnfinished: ({ restoreId }) => unfinishedRestores.forget(restoreId),
    async readReceipt({ restoreId }) {
      const { member } = room.requireOpen();
      const { plan, progress, run } = getRestore(restoreId);
      if (!progress?.hasEnded || !run) {
        throw new RestoreRefusedError("restore_not_ended", "A receipt is written when the restore has ended.");
      }
      progress.setHidden(false);
      return writeReceipt(member, { plan, progress, summary: run.summary });
    },
  };
}

/** @throws VaultLockedError also when the vault locks meanwhile: a plan is made with its keys, or not at all */
async function plan(room: VaultRoom, restoreId: string, scope: RestoreScope): Promise<Planned> {
  const vault = room.requireOpen();
  let planned: Planned | null = null;
  const access = new TakeAccess(vault, {
    onRead: (read) => planned?.progress?.read(read),
    onLine: (line) => planned?.progress?.line(line),
    onBadCopy: (copy) => planned?.progress?.badCopy(copy),
  });
  const abandon = () => access.end(new VaultLockedError());
  vault.signal.addEventListener("abort", abandon, { once: true });
  const { zones } = await vault.member.client.zones.list.query({});
  const firstZoneId = zones.find(({ ordinal }) => ordinal === 1)?.zoneId ?? null;
  const made = await planTake(access, restoreId, await resolveScope(vault.member, access, scope));
  vault.signal.throwIfAborted();
  vault.signal.removeEventListener("abort", abandon);
  planned = { access, plan: made, scope, firstZoneId, progress: null, run: null };
  return planned;
}

interface Begun {
  readonly start: RestoreStart;
  readonly planned: Planned;
  readonly progress: TakeProgress;
  readonly release: () => void;
}

/** Goes on by itself when it resolves; when it throws, nothing was started. */
async function begin(room: VaultRoom, { start, planned, progress, release }: Begun): Promise<void> {
  const { plan, access } = planned;
  try {
    const target = await openTarget(start, planned, progress);
    if (start.way === "folder") await rememberFolder(room, start, planned);
    planned.progress = progress;
    planned.run = new TakeRun({ plan, access, progress, startOpener: startOpenerWorker, ...target });
  } catch (error) {
    progress.end("failed", toFault(error).message);
    release();
    throw error;
  }
  const ended = planned.run.run();
  if (start.way === "folder") followFolder(progress, ended, release);
}

async function openTarget(
  start: RestoreStart,
  planned: Planned,
  progress: TakeProgress,
): Promise<Pick<TakeRunOptions, "target" | "skip">> {
  const { plan, access } = planned;
  if (start.way === "folder") return openFolderTarget(start, plan, progress);
  if (start.way === "document" && !plan.view.isSingleDocument) {
    throw new RestoreRefusedError("not_one_document", "Only one document alone can be taken as it is. Take a ZIP.");
  }
  const onStopped = (error: DownloadStoppedError) => planned.run?.stop(error);
  const sink = new DownloadSink(start.port, { signal: access.signal, onStopped });
  // One document alone is planned with its own length, and a ZIP of it would have another.
  const hash = new HashThread(startHashWorker());
  const stream = new BlockStream({ sink, hash, lengthBytes: plan.view.lengthBytes });
  return { target: plan.view.isSingleDocument ? new DocumentTarget(stream) : new ZipTarget(stream), skip: null };
}

function whoIs(room: VaultRoom): { companyId: string; personId: string } {
  const { companyId, personId } = room.requireOpen().member.viewer;
  return { companyId, personId };
}

async function requireHold(restoreId: string): Promise<() => void> {
  const release = await holdRestore(restoreId);
  if (release) return release;
  throw new RestoreRefusedError("restore_elsewhere", "This restore goes on in another tab already. Look at it there.");
}

/** Before its first byte: the same plan may go on in the same folder until it is done, cancelled or forgotten. */
function rememberFolder(
  room: VaultRoom,
  { restoreId, folder }: Extract<RestoreStart, { way: "folder" }>,
  { plan, scope }: Planned,
): Promise<void> {
  const { documents } = plan.view;
  const began = { startedAtMs: Date.now(), documents, documentsVerified: 0 };
  return unfinishedRestores.remember({ restoreId, folder, scope, ...whoIs(room), ...began });
}

/** Given back when what is kept says how it ended, so that nobody sees a count of before. */
function followFolder(progress: TakeProgress, ended: Promise<void>, release: () => void): void {
  const { restoreId } = progress.view();
  const stop = unfinishedRestores.follow(restoreId, () => progress.documentsVerified);
  const note = async () => {
    await stop();
    if (progress.view().state !== "failed") await unfinishedRestores.forget(restoreId);
  };
  void ended.then(note).finally(release);
}

function isRunning(planned: Planned | undefined): boolean {
  return planned?.progress?.hasEnded === false;
}

function requireFewRunning(restores: ReadonlyMap<string, Planned>): void {
  const running = [...restores.values()].filter(isRunning);
  if (running.length < MAX_RUNNING) return;
  throw new RestoreRefusedError("too_many_restores", `${MAX_RUNNING} restores run already. Wait for one to end.`);
}

function remember(restores: Map<string, Planned>, restoreId: string, planned: Planned): void {
  restores.set(restoreId, planned);
  for (const [oldest, { progress }] of restores) {
    if (restores.size <= MAX_REMEMBERED) return;
    if (progress === null || progress.hasEnded) restores.delete(oldest);
  }
}

/** What runs goes on with the keys of its plan; what was only planned is forgotten with its names. */
function forgetOnLock(restores: Map<string, Planned>): void {
  for (const [restoreId, { access, progress }] of restores) {
    access.forgetSecrets();
    if (progress === null) restores.delete(restoreId);
    else progress.setHidden(true);
  }
}
