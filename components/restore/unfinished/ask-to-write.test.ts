import { expect, test } from "vitest";
import { askToWrite } from "./ask-to-write.ts";

function folder(known: PermissionState, answer: PermissionState) {
  const asked: string[] = [];
  return {
    asked,
    queryPermission: async () => known,
    requestPermission: async ({ mode }: { mode: string }) => {
      asked.push(mode);
      return answer;
    },
  };
}

test("the person is asked when the browser forgot, and not when it still knows", async () => {
  const known = folder("granted", "denied");
  expect(await askToWrite(known)).toBe(true);
  expect(known.asked).toEqual([]);
  const forgotten = folder("prompt", "granted");
  expect(await askToWrite(forgotten)).toBe(true);
  expect(forgotten.asked).toEqual(["readwrite"]);
});

test("a no is a no, and so is a question that was closed", async () => {
  expect(await askToWrite(folder("prompt", "denied"))).toBe(false);
  expect(await askToWrite(folder("denied", "prompt"))).toBe(false);
});

test("a browser without the question lets it", async () => {
  expect(await askToWrite({})).toBe(true);
});
