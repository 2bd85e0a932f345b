import { expect, test } from "vitest";
import { planSelection, type SelectionNode } from "./selection.ts";

const plan = (...paths: string[]) => planSelection(paths.map((path) => Buffer.from(path)));

function namesOf(node: SelectionNode): unknown {
  if (node.isWhole) return "whole";
  return Object.fromEntries(node.children.map(([name, child]) => [name.toString(), namesOf(child)]));
}

test("the way to each path is listed, and all of what was chosen", () => {
  expect(namesOf(plan("/usr/share", "/etc", "/usr/bin"))).toEqual({
    etc: "whole",
    usr: { bin: "whole", share: "whole" },
  });
});

test("a path below another one adds nothing, in whatever order they come", () => {
  expect(namesOf(plan("/a/b/c", "/a"))).toEqual({ a: "whole" });
  expect(namesOf(plan("/a", "/a/b/c"))).toEqual({ a: "whole" });
});

test("the root is everything", () => {
  expect(namesOf(plan("/", "/etc"))).toBe("whole");
});

test("names are in bytewise order and need not be UTF-8", () => {
  const node = planSelection([Buffer.from([0x2f, 0xff]), Buffer.from("/b"), Buffer.from("/B")]);
  expect(node.children.map(([name]) => [...name])).toEqual([[0x42], [0x62], [0xff]]);
});
