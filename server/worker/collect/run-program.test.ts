import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runAgentProgram } from "./run-program.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-program-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], signal = new AbortController().signal, memoryMib = 2_048) =>
  runAgentProgram([...args, "--state", folder], { signal, memoryMib, input: "no link" });

test("says with which code the agent's program ended", async () => {
  expect(await run(["backup", folder])).toBe("not_enrolled");
  expect(await run(["enrol", "-"])).toBe("bad_link");
});

test("what takes more memory than it may is ended", async () => {
  const server = (await import("node:net")).createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  // A portal that takes the request and never answers keeps the program waiting.
  const link = `http://127.0.0.1:${port}/enrol/018f0000-0000-7000-8000-000000000001#${"A".repeat(43)}`;
  const waiting = { input: link, memoryMib: 2_048 };
  const args = ["enrol", "-", "--state", folder];
  const signal = new AbortController().signal;
  expect(await runAgentProgram(args, { ...waiting, memoryMib: 1, signal })).toBe("memory_exceeded");
  const stopping = new AbortController();
  const stopped = runAgentProgram(args, { ...waiting, signal: stopping.signal });
  setTimeout(() => stopping.abort(), 1_500);
  expect(await stopped).toBe("stopped");
  server.close();
});
