/** Longer names are refused by file systems; the middle of the text counts least. */
const MAX_LENGTH = 200;

/** RFC 6266: the name as ASCII for those who know no better, and as UTF-8. */
export function contentDisposition(fileName: string): string {
  const name = fileName.slice(0, MAX_LENGTH).toWellFormed();
  const ascii = name.replace(/[^ -~]|["\\%]/g, "_");
  const utf8 = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`;
}
