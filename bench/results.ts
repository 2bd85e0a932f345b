import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../e2e/product.ts";

const file = join(checkout, "bench", "RESULTS.md");

/** Puts what was measured in place of what stood under the same heading before. */
export function writeSection(title: string, text: string): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const sections = before.split(/^(?=## )/m).filter((section) => section.startsWith("## "));
  const section = `## ${title}\n\n${text.trim()}\n\n`;
  const at = sections.findIndex((one) => one.startsWith(`## ${title}\n`));
  if (at >= 0) sections[at] = section;
  else sections.push(section);
  writeFileSync(file, `# Measured\n\n${sections.join("")}`.replace(/\n+$/, "\n"));
}
