import { expect, test } from "vitest";
import { withIntegrity } from "./with-integrity.ts";

const hashes = new Map([
  ["/vault/assets/vault-a.js", "AAA="],
  ["/vault/assets/vault-b.css", "BBB="],
]);

test("scripts and styles of the vault say the hash that they must have, the rest of the document stays", () => {
  const html = `<link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <script type="module" crossorigin src="/vault/assets/vault-a.js"></script>
    <link rel="stylesheet" crossorigin href="/vault/assets/vault-b.css">
    <link rel="stylesheet" href="/vault/assets/vault-b.css" />`;
  expect(withIntegrity(html, hashes)).toBe(`<link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <script type="module" crossorigin src="/vault/assets/vault-a.js" integrity="sha256-AAA="></script>
    <link rel="stylesheet" crossorigin href="/vault/assets/vault-b.css" integrity="sha256-BBB=">
    <link rel="stylesheet" href="/vault/assets/vault-b.css" integrity="sha256-BBB=">`);
});

test("a script that the build does not have is refused, not loaded unchecked", () => {
  expect(() => withIntegrity('<script src="/vault/assets/other.js"></script>', hashes)).toThrow("other.js");
});
