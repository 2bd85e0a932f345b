import type { StartOptions } from "../supervisor/start-options.ts";
import { findDemo, findDemoProgress } from "./demo-record.ts";
import { withProvider } from "./open-provider.ts";

/** Whether this installation is the demo, or becomes it in this start. One that belongs to somebody never does. */
export async function isDemo({ dataFolder, isBare }: StartOptions, appUrl: string): Promise<boolean> {
  if ((await findDemo(dataFolder)) !== null || (await findDemoProgress(dataFolder)) !== null) return true;
  return !isBare && !(await withProvider(appUrl, async ({ hasStaff }) => hasStaff));
}
