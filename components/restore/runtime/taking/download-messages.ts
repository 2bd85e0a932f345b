/**
 * [Note: A download through the service worker]
 *
 * The page gives the service worker one end of a channel, the vault's worker has the other. The browser asks for the address of the
 * download; the service worker answers with a stream and its exact length, and asks for bytes by credits, as many as the browser has
 * taken. So at most a window of bytes waits between decryption and the disk. The service worker sees the plain bytes on their way to the disk
 * and no key. Whatever breaks (a worker that is stopped, a tab that is closed, a document without a good copy) errors the
 * stream, and the browser marks the download as failed: it is never closed before exactly the announced length went through.
 */
export interface HeldDownload {
  readonly downloadId: string;
  /** Stands in Content-Disposition alone, never in the address. */
  readonly fileName: string;
  readonly mediaType: string;
  readonly lengthBytes: number;
}

/**
 * From the page; `hold` brings the port along. A ping keeps the service worker awake (Firefox ends an idle one after 30 s), and wakes
 * the successor of one that was stopped, which knows nothing of the download and says so.
 */
export type ToServiceWorker =
  | { readonly kind: "hold"; readonly download: HeldDownload }
  | { readonly kind: "ping"; readonly downloadId: string };

/** To the page: this service worker never held that download; whoever did was stopped, and no port tells. */
export interface LostDownload {
  readonly kind: "lost";
  readonly downloadId: string;
}

/** From the vault's worker, over the port. Bytes are handed over. */
export type ToDownload =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "end" }
  | { readonly kind: "fail"; readonly message: string };

/** To the vault's worker; the first one, `held`, is heard by the page. */
export type FromDownload =
  | { readonly kind: "held"; readonly address: string }
  | { readonly kind: "credit"; readonly bytes: number }
  /** A block whose bytes are copied; the memory comes back to be filled again. */
  | { readonly kind: "emptied"; readonly block: Uint8Array<ArrayBuffer> }
  | { readonly kind: "alive" }
  /** The browser has taken everything. */
  | { readonly kind: "taken" }
  | { readonly kind: "stopped"; readonly message: string };
