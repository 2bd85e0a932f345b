import { type Logger, pino, stdSerializers } from "pino";

export type { Logger };

/**
 * One JSON object per line on stdout; the supervisor keeps it in `logs/`. What may stand in a line: ids, counts, codes,
 * durations. What may not: bodies, names of files or people, tokens, cookies, query strings. Requests and errors go
 * through the serializers below, which take only what is allowed.
 */
export function createLog(processName: string): Logger {
  return pino({
    base: { process: processName },
    level: process.env.HOLDFAST_LOG_LEVEL ?? "info",
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
    redact: { paths: REDACTED_PATHS, remove: true },
    serializers: { err: toLoggedError, req: toLoggedRequest, res: stdSerializers.res },
  });
}

const REDACTED_PATHS = [
  "password",
  "passphrase",
  "token",
  "secret",
  "email",
  "authorization",
  "cookie",
  "headers",
  "body",
].flatMap((name) => [name, `*.${name}`]);

/** Class, code and where it happened. The message stays: our own errors name ids and never content. */
function toLoggedError(error: Error): Record<string, unknown> {
  const code = "code" in error ? error.code : undefined;
  return { type: error.name, code, message: error.message, stack: error.stack };
}

function toLoggedRequest(request: { method?: string; url?: string }): Record<string, unknown> {
  return { method: request.method, path: request.url?.split("?")[0] };
}
