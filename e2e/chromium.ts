import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium } from "@playwright/test";

/** Named by `npm test`, which finds or installs one; else the system's. Null: journeys are skipped by name. */
export const chromiumPath: string | null =
  [process.env.HOLDFAST_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path !== undefined && existsSync(path),
  ) ?? null;

/** A browser that talks to nobody but the portal. As root Chromium has no sandbox to run in. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error("there is no Chromium: set HOLDFAST_CHROMIUM to the path of one");
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** For as long is the end of a context waited for; it takes a tenth of a second. */
const CLOSE_MS = 20_000;

/**
 * Closes a context with its pages. Chromium sometimes never says that it has, when a page was just on its way to another: what is left goes with
 * the browser.
 */
export async function closeContext(context: BrowserContext | undefined): Promise<void> {
  await Promise.race([context?.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
}
