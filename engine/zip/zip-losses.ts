/** What a ZIP cannot hold, or holds otherwise. */
export type ZipLossKind =
  /** Left out. */
  | "device"
  | "fifo"
  | "socket"
  | "symlink-not-text"
  /** There, but not as it was. */
  | "renamed"
  | "hard-link-copied"
  | "xattrs-dropped"
  | "holes-filled"
  | "time-out-of-range";

export interface ZipLoss {
  readonly kind: ZipLossKind;
  /** Binary text. */
  readonly path: string;
  /** For `renamed`: the name in the archive. */
  readonly writtenAs?: string;
}

export const zipLossMeaning: Readonly<Record<ZipLossKind, string>> = {
  device: "devices left out",
  fifo: "fifos left out",
  socket: "sockets left out",
  "symlink-not-text": "symlinks left out whose target is not UTF-8",
  renamed: "names written otherwise (bytes that are not UTF-8, backslashes and drive colons as %XX)",
  "hard-link-copied": "hard links written as copies",
  "xattrs-dropped": "objects written without their extended attributes",
  "holes-filled": "sparse files written with their zeros",
  "time-out-of-range": "times before 1970 or after 2107 written as the nearest",
};

/** Owners and fractions of a second are lost for everything, so they are said once and not counted. */
export const ZIP_ALWAYS_LOST = "a ZIP holds neither owners nor fractions of seconds";
