/**
 * Which history of the control plane a zone belongs to (DESIGN.md section 8). The first term is written when a backup base is made; what
 * takes over from it writes the next one, create-only, in every zone. Terms lie in backup bases alone.
 */
export const FIRST_TERM_KEY = "control/term-1";

/** The same in every zone; readers ignore members that they do not know. */
export function firstTermBytes(): Buffer {
  return Buffer.from(`${JSON.stringify({ v: 1, type: "term", term: 1 })}\n`);
}
