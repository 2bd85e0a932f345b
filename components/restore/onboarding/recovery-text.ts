export interface RecoverySheetFacts {
  readonly companyName: string;
  /** 24 words with spaces between. */
  readonly words: string;
  readonly rootFingerprint: string;
}

/** The recovery key as a text file: what it is, the words in rows of six, and what to compare. */
export function recoveryText({ companyName, words, rootFingerprint }: RecoverySheetFacts): string {
  const listed = words.split(" ").map((word, at) => `${String(at + 1).padStart(2)} ${word}`);
  const rows = [0, 6, 12, 18].map((from) =>
    listed
      .slice(from, from + 6)
      .map((word) => word.padEnd(12))
      .join(" ")
      .trimEnd(),
  );
  return [
    `Recovery key of ${companyName}`,
    "",
    "It opens everything that the company backed up, without the passphrase.",
    "Keep it on paper or on a medium that lies in a safe, and away from the passphrase.",
    "",
    ...rows,
    "",
    "Root fingerprint, to compare:",
    rootFingerprint,
    "",
  ].join("\n");
}

/** Groups of four, so that eyes can compare them. */
export function groupFingerprint(rootFingerprint: string): string {
  return rootFingerprint.match(/.{1,4}/g)?.join(" ") ?? rootFingerprint;
}
