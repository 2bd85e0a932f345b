import type { RestoreProgress } from "./protocol/restore-calls.ts";
import type { VaultCalls } from "./protocol/vault-protocol.ts";
import type { CallClient } from "./rpc.ts";
import type { FromDownload, HeldDownload, LostDownload, ToServiceWorker } from "./taking/download-messages.ts";

/** With every word of a restore that stands still, which come every 5 s: far under the 30 s after which Firefox ends an idle service worker. */
const PING_EVERY_MS = 4_000;
/** Fetching and starting it takes a second on a slow line and a busy computer; later it never will. */
const REGISTERED_WITHIN_MS = 30_000;
/** A service worker that does not take a download in this time never will. */
const HELD_WITHIN_MS = 20_000;
const ENDED: readonly RestoreProgress["state"][] = ["done", "failed", "cancelled"];

/** This browser, or this way of looking at the page, has no service worker. */
export class NoServiceWorkerError extends Error {
  readonly code = "no_service_worker";
  readonly retryable = false;
}

/** Registers the service worker that turns a channel into a download; call it early, so that the first download need not wait. */
export async function registerDownloads(): Promise<ServiceWorker> {
  if (!("serviceWorker" in navigator)) {
    throw new NoServiceWorkerError(
      "This browser cannot save a ZIP from here: it has no service worker in this window. Take a folder instead, or leave the private window.",
    );
  }
  const { serviceWorker } = navigator;
  // To register again was seen never to end in Chromium, for later pages of the tab as well; the browser looks for a newer one by itself at each visit.
  const before = await serviceWorker.getRegistration("/vault/");
  if (before?.active?.state === "activated") return before.active;
  return within(REGISTERED_WITHIN_MS, register(serviceWorker), "The service worker did not start in time.");
}

async function register(serviceWorker: ServiceWorkerContainer): Promise<ServiceWorker> {
  const registration = await serviceWorker.register("/vault/service-worker.js", { scope: "/vault/" });
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (worker === null) throw new NoServiceWorkerError("The service worker could not be started. Load this page again.");
  await activated(worker);
  return registration.active ?? worker;
}

function activated(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new NoServiceWorkerError("The service worker could not be started."));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

export interface DownloadStart {
  readonly restoreId: string;
  readonly way: "zip" | "document";
  /** From the plan. */
  readonly fileName: string;
  readonly lengthBytes: number;
}

/**
 * Starts a planned restore as a download of this browser. The vault's worker tells progress by events; this only has to stay
 * open.
 *
 * @throws NoServiceWorkerError; VaultError as `startRestore`
 */
export async function openDownload(vault: CallClient<VaultCalls>, start: DownloadStart): Promise<void> {
  const { restoreId, way, fileName, lengthBytes } = start;
  const worker = await registerDownloads();
  const { port1, port2 } = new MessageChannel();
  const downloadId = crypto.randomUUID();
  const mediaType = way === "zip" ? "application/zip" : "application/octet-stream";
  const address = await hold(worker, { port1, port2 }, { downloadId, fileName, mediaType, lengthBytes });
  await vault.calls.startRestore({ restoreId, way, port: port1 });
  const frame = openAddress(address);
  keepAwake(vault, { worker, restoreId, downloadId, onEnd: () => frame.remove() });
}

async function hold(
  worker: ServiceWorker,
  { port1, port2 }: Pick<MessageChannel, "port1" | "port2">,
  download: HeldDownload,
): Promise<string> {
  const held = Promise.withResolvers<string>();
  port1.onmessage = ({ data }: MessageEvent<FromDownload>) => {
    if (data.kind === "held") held.resolve(data.address);
  };
  const message: ToServiceWorker = { kind: "hold", download };
  worker.postMessage(message, [port2]);
  try {
    return await within(HELD_WITHIN_MS, held.promise, "The service worker did not take the download.");
  } finally {
    port1.onmessage = null;
  }
}

/** What the browser never answers ends with something to do, instead of a page that waits for ever. @throws NoServiceWorkerError */
async function within<T>(limitMs: number, work: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new NoServiceWorkerError(`${what} Load this page again.`)), limitMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A frame, because leaving the page by a link would ask whoever restores whether to leave. */
function openAddress(address: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "Download";
  frame.src = address;
  document.body.append(frame);
  return frame;
}

/**
 * Pings by the vault worker's own events, at least one every 5 s: timers of a page in the background come once a minute, which
 * is too late. The answer tells that the one who held the download was stopped: a port does not.
 */
function keepAwake(
  vault: CallClient<VaultCalls>,
  download: { worker: ServiceWorker; restoreId: string; downloadId: string; onEnd: () => void },
): void {
  const { restoreId, downloadId } = download;
  const { serviceWorker } = navigator;
  const hear = ({ data }: MessageEvent<LostDownload>) => {
    if (data.kind === "lost" && data.downloadId === downloadId) void vault.calls.loseDownload({ restoreId });
  };
  serviceWorker.addEventListener("message", hear);
  serviceWorker.startMessages();
  let pingedAtMs = performance.now();
  const end = vault.onEvent((event) => {
    if (event.kind !== "restore" || event.restore.restoreId !== restoreId) return;
    if (ENDED.includes(event.restore.state)) {
      end();
      serviceWorker.removeEventListener("message", hear);
      download.onEnd();
      return;
    }
    if (performance.now() - pingedAtMs < PING_EVERY_MS) return;
    pingedAtMs = performance.now();
    const message: ToServiceWorker = { kind: "ping", downloadId };
    download.worker.postMessage(message);
  });
}
