import type { PortalApi } from "./portal-api.ts";

declare global {
  /** Set by the portal's process; see [Note: Two module graphs]. */
  var holdfastPortalApi: PortalApi | undefined;
}

export function setPortalApi(api: PortalApi): void {
  globalThis.holdfastPortalApi = api;
}

/** @throws Error when pages run without the portal's process around them */
export function getPortalApi(): PortalApi {
  if (globalThis.holdfastPortalApi === undefined) {
    throw new Error("the portal runs by `holdfast start`, which opens its database first");
  }
  return globalThis.holdfastPortalApi;
}
