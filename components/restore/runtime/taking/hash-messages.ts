/** To the thread that hashes what leaves; it answers each message, in order. */
export type ToHasher =
  | { readonly kind: "add"; readonly block: Uint8Array<ArrayBuffer> }
  /** Nothing follows. */
  | { readonly kind: "digest" };

/** Memory is handed over, and handed back. */
export type FromHasher =
  | { readonly kind: "added"; readonly block: Uint8Array<ArrayBuffer> }
  | { readonly kind: "digest"; readonly sha256: Uint8Array };
