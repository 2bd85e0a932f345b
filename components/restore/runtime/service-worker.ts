/** Turns a channel into a download; never sees a key. */
export {};
