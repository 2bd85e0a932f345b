import { createTRPCClient, httpSubscriptionLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import type { RunChangesView } from "../../../contracts/live.ts";
import type { AppRouter } from "../router.ts";

/** Between two tries of a browser that cannot reach the portal; each waits twice as long as the one before. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

export interface RunStreamListener {
  readonly changes: (changes: RunChangesView) => void;
  /** The stream is broken and is being opened again; `changes` with `isWhole` follow when it is. */
  readonly lost: () => void;
  /** Nobody is signed in any more. The stream is closed. */
  readonly signedOut: () => void;
}

/** Opens the stream of runs in a browser, and opens it again until it is closed. Returns what closes it. */
export function openRunStream(listener: RunStreamListener): () => void {
  const client = createTRPCClient<AppRouter>({
    links: [httpSubscriptionLink({ url: "/api/trpc", transformer: superjson })],
  });
  let retryMs = FIRST_RETRY_MS;
  let close = () => {};
  const again = () => {
    listener.lost();
    // Not all browsers at the same moment: the portal may just have started.
    const timer = setTimeout(open, retryMs * (0.5 + Math.random() / 2));
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    close = () => clearTimeout(timer);
  };
  const open = () => {
    const subscription = client.live.runs.subscribe(undefined, {
      onData: (changes) => {
        retryMs = FIRST_RETRY_MS;
        listener.changes(changes);
      },
      onConnectionStateChange: ({ state, error }) => {
        if (state === "connecting" && error) listener.lost();
      },
      onComplete: again,
      onError: (error) => (isSignedOut(error) ? listener.signedOut() : again()),
    });
    close = () => subscription.unsubscribe();
  };
  open();
  return () => close();
}

function isSignedOut(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data?.code2 === "sign_in_required";
}
