import { PACK_PATIENCE_MS } from "../contracts/limits.ts";
import type { ChunkKind } from "../engine/ports/chunk-index.ts";
import type { HttpAnswer, HttpCall, HttpConnection } from "./http-connection.ts";
import { codeOf, pause, retryAfterOf, ServerError, withRetries } from "./retry.ts";

const NOT_YET = "bandwidth_limited";
/** Until it asks again, where the server does not say when. */
const NOT_YET_MS = 5_000;

/** What the server says about a committed snapshot. */
export interface CommittedSnapshot {
  readonly snapshotId: string;
  readonly commit: number;
  readonly outcome: string;
}

/** Where a backup sends its packs, and asks what is there already: the gateway, or a stand-in in tests. */
export interface BackupTarget {
  /** One bit for each id, least significant first: it need not be sent. */
  knownChunks(kind: ChunkKind, ids: Uint8Array): Promise<Uint8Array>;
  /** Resolves once the pack is durable. */
  putPack(packId: string, bytes: Uint8Array): Promise<void>;
  commitSnapshot(manifest: Uint8Array): Promise<CommittedSnapshot>;
}

export interface BulkClientOptions {
  readonly connection: HttpConnection;
  /** The run's token, as the last heartbeat brought it. */
  readonly getToken: () => string;
  readonly signal?: AbortSignal;
}

/** The bulk calls of a run. Each may be sent again: packs are named by their bytes, a commit by its manifest. */
export class BulkClient implements BackupTarget {
  readonly #options: BulkClientOptions;

  constructor(options: BulkClientOptions) {
    this.#options = options;
  }

  async knownChunks(kind: ChunkKind, ids: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#call({ method: "POST", path: `/bulk/v1/known-chunks?kind=${kind}`, body: ids });
    if (answer.body.length !== Math.ceil(ids.length / 32 / 8)) {
      throw new ServerError("bad_answer", "the server answered about other chunks than were asked", answer);
    }
    return answer.body;
  }

  async putPack(packId: string, bytes: Uint8Array): Promise<void> {
    const upload = { patienceMs: PACK_PATIENCE_MS };
    const call: HttpCall = { method: "PUT", path: `/bulk/v1/packs/${packId}`, body: bytes, upload };
    // A company's bandwidth limit makes its backups wait, and fails none, however long that takes.
    while (!(await this.#isTaken(call))) {}
  }

  async commitSnapshot(manifest: Uint8Array): Promise<CommittedSnapshot> {
    const call: HttpCall = { method: "POST", path: "/bulk/v1/commit-snapshot", body: manifest };
    return parseCommitted(await this.#call(call, ["missing_objects"]));
  }

  /** False when it was not its turn yet; it has waited then. */
  async #isTaken(call: HttpCall): Promise<boolean> {
    try {
      await this.#call(call, [NOT_YET]);
      return true;
    } catch (error) {
      if (codeOf(error) !== NOT_YET) throw error;
      await pause(retryAfterOf(error) ?? NOT_YET_MS, this.#options.signal);
      return false;
    }
  }

  #call(call: HttpCall, except: readonly string[] = []): Promise<HttpAnswer> {
    const { connection, getToken, signal } = this.#options;
    const attempt = async () => {
      const headers = { authorization: `Bearer ${getToken()}`, "content-type": "application/octet-stream" };
      const answer = await connection.call({ ...call, headers, signal });
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw parseBulkError(answer);
    };
    return withRetries(attempt, { signal, except });
  }
}

function parseCommitted(answer: HttpAnswer): CommittedSnapshot {
  const fields = parseObject(answer.body);
  const { snapshotId, commit, outcome } = fields;
  if (typeof snapshotId !== "string" || typeof outcome !== "string") {
    throw new ServerError("bad_answer", "the server's answer to the commit cannot be read", answer);
  }
  return { snapshotId, commit: Number(commit), outcome };
}

function parseBulkError(answer: HttpAnswer): ServerError {
  const fields = parseObject(answer.body);
  const code = typeof fields.code === "string" ? fields.code : `http_${answer.status}`;
  const message = typeof fields.message === "string" ? fields.message : `the server answered with ${answer.status}`;
  return new ServerError(code, message, { status: answer.status, details: fields });
}

function parseObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
