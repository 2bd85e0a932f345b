/** One version of a key: its bytes, or the mark of a deletion. */
interface Version {
  readonly versionId: string;
  readonly body: Buffer | null;
  lockedUntil: Date | null;
}

export interface S3Answer {
  readonly status: number;
  /** Of an error. */
  readonly code?: string;
  readonly body?: string;
}

/** What a bucket with Object Lock keeps beside what readers see: every version of every key, and until when it is locked. */
export class S3Versions {
  readonly #byKey = new Map<string, Version[]>();
  /** Only the newest versions, as readers see them. */
  readonly #shown: Map<string, Buffer>;
  #made = 0;

  constructor(shown: Map<string, Buffer>) {
    this.#shown = shown;
  }

  /** A new version in front of all others; null marks the key as deleted. */
  add(key: string, body: Buffer | null): void {
    const version = { versionId: `v${++this.#made}`, body, lockedUntil: null };
    this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), version]);
    this.#show(key);
  }

  headersOf(key: string): Record<string, string> {
    const newest = this.#byKey.get(key)?.at(-1);
    if (!newest) return {};
    return {
      "x-amz-version-id": newest.versionId,
      ...(newest.lockedUntil && {
        "x-amz-object-lock-mode": "COMPLIANCE",
        "x-amz-object-lock-retain-until-date": newest.lockedUntil.toISOString(),
      }),
    };
  }

  lock(key: string, versionId: string, request: string): S3Answer {
    const version = this.#byKey.get(key)?.find((each) => each.versionId === versionId);
    if (!version) return { status: 404, code: "NoSuchVersion" };
    const until = new Date(/<RetainUntilDate>([^<]+)</.exec(request)?.[1] ?? "");
    if (!request.includes("<Mode>COMPLIANCE</Mode>") || Number.isNaN(until.getTime()))
      return { status: 400, code: "MalformedXML" };
    if (version.lockedUntil && until < version.lockedUntil) return { status: 403, code: "AccessDenied" };
    version.lockedUntil = until;
    return { status: 200 };
  }

  delete(key: string, versionId: string): S3Answer {
    const versions = this.#byKey.get(key) ?? [];
    const version = versions.find((each) => each.versionId === versionId);
    if (version?.lockedUntil && version.lockedUntil > new Date()) return { status: 403, code: "AccessDenied" };
    this.#byKey.set(
      key,
      versions.filter((each) => each !== version),
    );
    this.#show(key);
    return { status: 204 };
  }

  list(prefix: string): S3Answer {
    const entries = [...this.#byKey].flatMap(([key, versions]) =>
      versions.map(({ versionId, body }) => {
        const tag = body === null ? "DeleteMarker" : "Version";
        return key.startsWith(prefix) ? `<${tag}><Key>${key}</Key><VersionId>${versionId}</VersionId></${tag}>` : "";
      }),
    );
    const body = `<?xml version="1.0"?><ListVersionsResult><IsTruncated>false</IsTruncated>${entries.join("")}</ListVersionsResult>`;
    return { status: 200, body };
  }

  #show(key: string): void {
    const newest = this.#byKey.get(key)?.at(-1);
    if (newest?.body) this.#shown.set(key, newest.body);
    else this.#shown.delete(key);
  }
}
