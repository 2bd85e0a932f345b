export interface Listing {
  /** Keys in one page, at most. */
  readonly pageKeys: number;
  readonly listsBackwards: boolean;
}

/** One page of ListObjectsV2 as S3 writes it; the continuation token is the last key, in base64. */
export function pageOf(objects: ReadonlyMap<string, Uint8Array>, query: URLSearchParams, listing: Listing): string {
  const prefix = query.get("prefix") ?? "";
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : Buffer.from(token, "base64url").toString();
  const wanted = Math.min(Number(query.get("max-keys") ?? 1_000), listing.pageKeys);
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && isBehind(key, after)).sort(bytewise);
  const page = keys.slice(0, wanted);
  if (listing.listsBackwards) page.reverse();
  const isTruncated = keys.length > page.length;
  const next = Buffer.from(page.at(-1) ?? "").toString("base64url");
  const contents = page.map((key) => {
    const sizeBytes = objects.get(key)?.length ?? 0;
    return `<Contents><Key>${escapeXml(key)}</Key><Size>${sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<KeyCount>${page.length}</KeyCount><MaxKeys>${wanted}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>`,
    isTruncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : "",
    ...contents,
    "</ListBucketResult>",
  ].join("");
}

function isBehind(key: string, after: string): boolean {
  return bytewise(key, after) > 0;
}

function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (found) => `&#${found.charCodeAt(0)};`);
}
