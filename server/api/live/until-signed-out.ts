import type { ApiContext } from "../context.ts";

/** A stream outlives the request that opened it; so its session is looked at again. */
const LOOK_MS = 5_000;

/** A signal that is aborted when the request is, or soon after its session has ended. Call `stop` when it is over. */
export function untilSignedOut(
  { authenticateAgain }: Pick<ApiContext, "authenticateAgain">,
  request: AbortSignal | undefined,
  lookMs = LOOK_MS,
): { readonly signal: AbortSignal; stop(): void } {
  const ended = new AbortController();
  const look = async () => {
    // Not being able to ask ends the stream, too: the browser opens it again once there is an answer.
    const caller = await authenticateAgain().catch(() => null);
    if (caller === null || caller.kind === "visitor") ended.abort();
  };
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  const signal = request === undefined ? ended.signal : AbortSignal.any([request, ended.signal]);
  return { signal, stop: () => clearInterval(timer) };
}
