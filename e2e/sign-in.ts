import type { Page } from "@playwright/test";

/** Signs somebody in as they do it themselves. */
export async function signIn(page: Page, origin: string, person: { email: string; password: string }): Promise<void> {
  await page.goto(`${origin}/`);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/overview" || url.pathname === "/home");
}
