const TAG = /<(?:script|link)\b[^>]*>/g;
/** What runs or styles the document; the rest, as an icon, is no part of the vault. */
const LOADED = /\s(?:src|href)="(\/vault\/[^"]+)"/;

/**
 * A document whose scripts and styles carry the hash that they must have (SRI), so that the hash of the document stands for them, too.
 *
 * @param hashOf SHA-256 as base64, by address
 * @throws Error for a file that the build does not have, which would be loaded unchecked
 */
export function withIntegrity(html: string, hashOf: ReadonlyMap<string, string>): string {
  return html.replaceAll(TAG, (tag) => {
    const address = LOADED.exec(tag)?.[1];
    if (address === undefined) return tag;
    const hash = hashOf.get(address);
    if (hash === undefined) throw new Error(`the vault's document loads ${address}, which was not built`);
    return tag.replace(/\s*\/?>$/, ` integrity="sha256-${hash}">`);
  });
}
