import { createSetupCode, removeSetupCode } from "../../platform/setup-code.ts";
import { withProvider } from "../demo/open-provider.ts";
import type { StartOptions } from "./start-options.ts";
import type { RunningService } from "./supervise.ts";

/**
 * The one address at which an installation without staff becomes somebody's own. Its fragment holds a code, so that no
 * stranger who finds the port takes the service; a browser never sends it but when the form is filled in.
 *
 * @returns null when it belongs to somebody already
 */
export async function openSetup(service: RunningService, { publicUrl }: StartOptions): Promise<string | null> {
  if (await withProvider(service.appUrl, async ({ hasStaff }) => hasStaff)) {
    await removeSetupCode(service.setupFile);
    return null;
  }
  return `${publicUrl}/first-run#${await createSetupCode(service.setupFile)}`;
}
