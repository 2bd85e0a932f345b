/** Longer names are refused by file systems; bytes of UTF-8 are at most four times as many. */
const MAX_LENGTH = 120;

/** A name that any file system takes as one part of a path. */
export function toSafeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const replaced = name.replace(/[\u0000-\u001f\u007f-\u009f/\\:*?"<>|]/g, "_").toWellFormed();
  const trimmed = replaced.slice(0, MAX_LENGTH).replace(/^[ ~]+|[ .~]+$/g, "");
  return trimmed === "" ? "_" : trimmed;
}

/** Gives names once each: the second "a.txt" becomes "a (2).txt". Case does not tell names apart, because not every file system does. */
export class UniqueNames {
  readonly #given = new Set<string>();

  give(name: string): string {
    const dot = name.lastIndexOf(".");
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let unique = name;
    for (let number = 2; this.#given.has(foldCase(unique)); number++) unique = `${stem} (${number})${ending}`;
    this.#given.add(foldCase(unique));
    return unique;
  }
}

function foldCase(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
