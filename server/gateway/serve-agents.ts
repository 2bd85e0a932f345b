import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AGENT_DOWNLOADS, AGENT_RELEASE_PATH } from "../../contracts/agent-release.ts";
import type { Logger } from "../platform/log.ts";
import { RELEASE_FILE } from "../platform/published-releases.ts";
import { GatewayError, sendError } from "./gateway-error.ts";

/** Downloads under way at a time: each holds one piece of 64 KiB. Who comes later is told to come again. */
const MAX_DOWNLOADS = 64;
const RETRY_AFTER_SECONDS = 10;
/** Whoever takes nothing for so long only holds a place. */
const IDLE_MS = 60_000;

const TYPES: Readonly<Record<string, string>> = {
  ".tar.gz": "application/gzip",
  ".sh": "text/x-shellscript; charset=utf-8",
};
/** Named by the hash of their bytes, so that they never change. */
const NAMED = new RegExp(`^${AGENT_DOWNLOADS}/([0-9a-f]{64}(\\.tar\\.gz|\\.sh))$`);

export interface AgentServer {
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

/** Archives of the agent, their installers, and what is offered now: for everybody, because a new machine has no account. */
export function createAgentServer({
  agentsFolder,
  log,
}: {
  readonly agentsFolder: string | null;
  readonly log: Logger;
}): AgentServer {
  let underWay = 0;

  async function send(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const isHead = request.method === "HEAD";
    const wanted = request.method === "GET" || isHead ? fileOf(path) : null;
    const file = wanted === null || agentsFolder === null ? null : await openFile(join(agentsFolder, wanted.name));
    if (wanted !== null && file === null && !wanted.isFixed) return sendNothingYet(response);
    if (wanted === null || file === null) throw absent();
    try {
      const { size } = await file.stat();
      response.writeHead(200, {
        "content-type": wanted.type,
        "content-length": size,
        "cache-control": wanted.isFixed ? "public, max-age=31536000, immutable" : "no-store",
        "x-content-type-options": "nosniff",
      });
      response.setTimeout(IDLE_MS, () => response.destroy());
      if (isHead) response.end();
      else await pipeline(file.createReadStream({ autoClose: false, start: 0, end: Math.max(0, size - 1) }), response);
    } finally {
      await file.close();
    }
  }

  return {
    async serve(request, response, path) {
      request.resume();
      if (underWay >= MAX_DOWNLOADS) return sendError(request, response, crowded());
      underWay += 1;
      try {
        await send(request, response, path);
      } catch (error) {
        if (error instanceof GatewayError) return sendError(request, response, error);
        // A client that goes away in the middle is no fault of ours.
        if (!response.headersSent) {
          log.error({ err: error }, "an archive of the agent could not be read");
          sendError(request, response, new GatewayError("internal", "the archive cannot be read; the log knows more"));
        } else response.destroy();
      } finally {
        underWay -= 1;
      }
    },
  };
}

/** No fault: the service has just started, or offers no agent. A browser would write a 404 into its console. */
function sendNothingYet(response: ServerResponse): void {
  response.writeHead(204, { "cache-control": "no-store" });
  response.end();
}

function fileOf(path: string): { readonly name: string; readonly type: string; readonly isFixed: boolean } | null {
  if (path === AGENT_RELEASE_PATH) return { name: RELEASE_FILE, type: "application/json", isFixed: false };
  const [, name, ending] = NAMED.exec(path) ?? [];
  const type = TYPES[ending ?? ""];
  return name === undefined || type === undefined ? null : { name, type, isFixed: true };
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function absent(): GatewayError {
  return new GatewayError(
    "not_found",
    "there is no such archive here; a new line of the portal names the one there is",
  );
}

function crowded(): GatewayError {
  const message = "many machines fetch their agent at this moment; try again";
  return new GatewayError("rate_limited", message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
