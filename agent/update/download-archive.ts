import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { archivePath } from "../../contracts/agent-release.ts";
import { toHex } from "../../engine/codec/hex.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { ConnectionError } from "../http-connection.ts";
import { AgentError } from "../state/agent-error.ts";

// As in http-connection.ts.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** Nothing came for so long. */
const IDLE_MS = 60_000;

export interface Download {
  readonly origin: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly file: string;
  readonly signal: AbortSignal;
}

/**
 * Fetches an archive into a file; resolves when it is durable and is the one that was signed. It is hashed as it comes, and never held in
 * memory.
 *
 * @throws ConnectionError; AgentError `archive_changed`
 */
export async function downloadArchive({ origin, sha256, sizeBytes, file, signal }: Download): Promise<void> {
  const changed = new AgentError(
    "archive_changed",
    "what the portal serves is not the agent that was signed; it stays as it is",
  );
  const hash = nodePrimitives.sha256Start();
  let receivedBytes = 0;
  const target = await open(file, "w", 0o600);
  try {
    for await (const piece of piecesOf(new URL(archivePath(sha256), origin), signal)) {
      receivedBytes += piece.length;
      if (receivedBytes > sizeBytes) throw changed;
      hash.update(piece);
      await target.writeFile(piece);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  if (receivedBytes !== sizeBytes || toHex(hash.digest()) !== sha256) throw changed;
}

/** @throws ConnectionError, also in the middle; the signal's reason */
async function* piecesOf(address: URL, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* await get(address, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectionError(`could not fetch the new agent: ${reason}`, { cause: error });
  }
}

function get(address: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const send = address.protocol === "https:" ? https.get : http.get;
  return new Promise((resolve, reject) => {
    const request = send(address, { timeout: IDLE_MS, signal, agent: false }, (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      answer.resume();
      reject(new Error(`the portal answered with ${answer.statusCode}`));
    });
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error(`nothing came for ${IDLE_MS / 1000} s`)));
  });
}
