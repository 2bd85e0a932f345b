import type { ApiDeps } from "./api-deps.ts";
import { authenticate } from "./authenticate.ts";
import { clientAddressOf } from "./client-address.ts";
import type { Caller } from "./context.ts";
import { appRouter } from "./router.ts";

const NO_BODY = new Uint8Array();

/** The procedures, called by a page for the person behind its request. */
export function createPageCaller(deps: ApiDeps, headers: Headers) {
  let caller: Promise<Caller> | undefined;
  const authenticateAgain = () => authenticate(deps, { method: "GET", target: "/", headers, body: NO_BODY });
  return appRouter.createCaller({
    deps,
    headers,
    clientAddress: clientAddressOf(headers),
    authenticate: () => {
      caller ??= authenticateAgain();
      return caller;
    },
    authenticateAgain,
  });
}

export type PageApi = ReturnType<typeof createPageCaller>;
