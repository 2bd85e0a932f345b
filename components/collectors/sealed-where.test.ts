import { expect, test } from "vitest";
import { sealedWhere } from "./sealed-where.ts";

test("nobody is told that everything was sealed on their own machine once a collector was let in", () => {
  const asked = { consentedAt: null };
  const alone = "Every snapshot is sealed on your machine before it leaves it. Only your company can open it.";
  for (const collectors of [[], [asked]]) expect(sealedWhere(collectors)).toBe(alone);
  expect(sealedWhere([asked, { consentedAt: new Date(0) }])).toContain("your provider hosts by its collector");
});
