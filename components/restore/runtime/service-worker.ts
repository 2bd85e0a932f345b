/// <reference lib="webworker" />
import { contentDisposition } from "./taking/content-disposition.ts";
import type { FromDownload, HeldDownload, LostDownload, ToServiceWorker } from "./taking/download-messages.ts";
import { DownloadStream } from "./taking/download-stream.ts";

/** Turns a channel into a download; never sees a key. [Note: A download through the service worker] says how. */
declare const self: ServiceWorkerGlobalScope;

const downloads = new Map<string, DownloadStream>();
/** Of which the other end has heard how they ended. */
const ended = new Set<string>();
const folder = new URL("download/", self.registration.scope).pathname;

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", ({ data, source, ports: [port] }: ExtendableMessageEvent) => {
  const message = data as ToServiceWorker;
  if (message.kind === "hold") {
    if (port) hold(message.download, port);
    return;
  }
  const { downloadId } = message;
  downloads.get(downloadId)?.ping();
  if (downloads.has(downloadId) || ended.has(downloadId)) return;
  const lost: LostDownload = { kind: "lost", downloadId };
  source?.postMessage(lost);
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  // Everything else is the network's.
  if (origin === self.location.origin && pathname.startsWith(folder)) event.respondWith(answer(pathname));
});

function hold(download: HeldDownload, port: MessagePort): void {
  const { downloadId } = download;
  const onEnd = () => {
    downloads.delete(downloadId);
    ended.add(downloadId);
  };
  downloads.set(downloadId, new DownloadStream(download, { port, onEnd }));
  const held: FromDownload = { kind: "held", address: folder + downloadId };
  port.postMessage(held);
}

function answer(pathname: string): Response {
  const stream = downloads.get(pathname.slice(folder.length));
  if (stream === undefined || stream.isOpen) return new Response("There is no such download.\n", { status: 404 });
  const { fileName, mediaType, lengthBytes } = stream.download;
  return new Response(stream.open(), {
    headers: {
      "Content-Type": mediaType,
      "Content-Length": String(lengthBytes),
      "Content-Disposition": contentDisposition(fileName),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
