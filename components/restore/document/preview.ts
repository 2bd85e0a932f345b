/** Runs in a sandboxed frame of opaque origin: it reaches no key, no cookie and no other page. */
export {};
