import type { BasketItem } from "../basket/basket-item.ts";
import { itemKey } from "../basket/basket-item.ts";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";

/** Longer lines are no help to anybody who has to paste them. */
const MAX_PATHS = 20;

/** One `holdfast restore` for each snapshot of the basket; none when it would name more paths than a line should. */
export function basketCommands(items: readonly BasketItem[], rows: ReadonlyMap<string, FolderRow>): string[] {
  const commands: string[] = [];
  for (const [snapshotId, chosen] of Map.groupBy(items, (item) => item.snapshotId)) {
    const isWhole = chosen.some(({ steps }) => steps.length === 0);
    const paths = isWhole ? [] : chosen.map((item) => rows.get(itemKey(item))?.path);
    if (paths.length > MAX_PATHS || paths.includes(undefined)) return [];
    const quoted = paths.map((path) => quoteForShell(`/${path ?? ""}`));
    commands.push(["holdfast restore", snapshotId, ...quoted, "--to restored"].join(" "));
  }
  return commands;
}

/** Of one machine's newest snapshots there is no command; of the whole company there is. */
export function momentCommands(machineId: string | null, atMs: number): string[] {
  if (machineId !== null) return [];
  return [`holdfast restore --company --at ${new Date(atMs).toISOString()} --to restored`];
}

/**
 * One word for a POSIX shell, whatever bytes the name has.
 * @param text binary text, a character for each byte
 */
export function quoteForShell(text: string): string {
  if (/^[A-Za-z0-9_./@%+=:,-]+$/.test(text)) return text;
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = [...text].map((character) => {
    const code = character.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f && character !== "'" && character !== "\\") return character;
    return `\\x${code.toString(16).padStart(2, "0")}`;
  });
  return `$'${escaped.join("")}'`;
}
