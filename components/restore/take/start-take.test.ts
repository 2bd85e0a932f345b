import { afterEach, expect, test, vi } from "vitest";
import { chooseDestination } from "./start-take.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The browser's own question, which no test can answer by hand. */
function picker(answer: () => unknown) {
  const asked: unknown[] = [];
  vi.stubGlobal("showDirectoryPicker", async (options: unknown) => {
    asked.push(options);
    return answer();
  });
  return asked;
}

test("a download asks for no place, also where a folder could be chosen", async () => {
  const asked = picker(() => "folder");
  expect(await chooseDestination("download")).toEqual({ way: "download" });
  expect(asked).toEqual([]);
});

test("a folder is asked for with the right to write", async () => {
  const asked = picker(() => "folder");
  expect(await chooseDestination("folder")).toEqual({ way: "folder", folder: "folder" });
  expect(asked).toEqual([{ id: "holdfast-restore", mode: "readwrite" }]);
});

test("who closes the question, or has a browser without it, starts nothing; a fault of the browser is told", async () => {
  expect(await chooseDestination("folder")).toBeNull();
  picker(() => {
    throw new DOMException("closed", "AbortError");
  });
  expect(await chooseDestination("folder")).toBeNull();
  picker(() => {
    throw new DOMException("not here", "SecurityError");
  });
  await expect(chooseDestination("folder")).rejects.toThrow("not here");
});
