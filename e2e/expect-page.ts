import { expect } from "@playwright/test";

/** Waits for what a page is to show; a machine that does other things as well is no failure. */
export const expectPage: typeof expect = expect.configure({ timeout: 30_000 });
