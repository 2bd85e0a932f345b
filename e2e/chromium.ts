import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";

/** Named by `npm test`, which finds or installs one; else the system's. Null: journeys are skipped by name. */
export const chromiumPath: string | null =
  [process.env.HOLDFAST_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path !== undefined && existsSync(path),
  ) ?? null;

/**
 * Chromium takes the last list alone: Playwright's own, and at its end what draws the list below the address field with pages of the
 * browser's own: they are loaded with each window, nobody sees them, and they cost two thirds as much as the window.
 */
const LEFT_OUT = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
];

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
      `--disable-features=${LEFT_OUT.join()}`,
    ],
  });
}
