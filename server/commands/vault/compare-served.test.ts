import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type VaultHashes, vaultHashLines } from "../../../contracts/vault-hashes.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { compareServed } from "./compare-served.ts";

const CONTENT: Readonly<Record<string, string>> = {
  "assets/vault-a.js": "open(the keys)",
  "index.html": "<!doctype html>",
  "link.html": "<!doctype html><p>link",
};
const ALSO: Readonly<Record<string, string>> = {
  "/vault": "index.html",
  "/vault/": "index.html",
  "/join/0": "link.html",
  "/enrol/0": "link.html",
};
const text = (value: string) => new TextEncoder().encode(value);
const sha256 = (value: string) => toHex(nodePrimitives.sha256(text(value)));
const files = Object.entries(CONTENT).map(([path, content]) => ({
  path,
  sizeBytes: text(content).length,
  sha256: sha256(content),
}));
const expected: VaultHashes = { v: 1, build: sha256(vaultHashLines(files)), files };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A portal that serves the vault, but what `alter` answers by itself. */
async function portal(alter: (address: string) => RequestListener | null): Promise<string> {
  server = createServer((request, response) => {
    const address = request.url ?? "";
    const own = alter(address);
    const content = CONTENT[ALSO[address] ?? address.slice("/vault/".length)];
    if (own) own(request, response);
    else response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a portal that serves the same bytes has no difference", async () => {
  expect(await compareServed(await portal(() => null), expected)).toEqual([]);
});

test("one byte more in a script, and a script that is not there, are named", async () => {
  const url = await portal((address) =>
    address.endsWith(".js")
      ? (_, response) => response.end("open(the keys) ")
      : address === "/join/0"
        ? (_, response) => response.writeHead(404).end()
        : null,
  );
  expect(await compareServed(url, expected)).toEqual([
    { address: "/vault/assets/vault-a.js", problem: "differs", sha256: sha256("open(the keys) ") },
    { address: "/join/0", problem: "missing", sha256: null },
  ]);
});

test("another document at the address that people open is found, though the file below it is genuine", async () => {
  const url = await portal((address) => (address === "/vault/" ? (_, response) => response.end("<script>") : null));
  expect((await compareServed(url, expected)).map(({ address }) => address)).toEqual(["/vault/"]);
});

test("a redirect is no file, and a body without an end is not read to its end", async () => {
  const url = await portal((address) => {
    if (address === "/vault/index.html") return (_, response) => response.writeHead(302, { location: "/" }).end();
    if (address !== "/vault/link.html") return null;
    return (_, response) => {
      const more = () => response.write("x".repeat(65_536), () => setImmediate(more));
      more();
    };
  });
  const found = await compareServed(url, expected);
  expect(found.map(({ address, problem }) => `${problem} ${address}`)).toEqual([
    "missing /vault/index.html",
    "differs /vault/link.html",
  ]);
});

test("a portal that does not answer is no vault that differs", async () => {
  await expect(compareServed("http://127.0.0.1:9", expected)).rejects.toMatchObject({ code: "portal_unreachable" });
});
