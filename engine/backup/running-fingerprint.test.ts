import { expect, test } from "vitest";
import { contentFingerprint } from "../ids/chunk-id.ts";
import { nodePrimitives, nodeRandomness } from "../primitives/node.ts";
import { RunningFingerprint } from "./running-fingerprint.ts";

test("a fingerprint made piece by piece is the one made at once", () => {
  const key = nodeRandomness.bytes(32);
  const items = nodeRandomness.bytes(100_000);
  for (const step of [1_000, 33_333, 100_000]) {
    const running = new RunningFingerprint(nodePrimitives, key);
    for (let at = 0; at < items.length; at += step) running.add(items.subarray(at, at + step));
    expect(running.finish()).toEqual(contentFingerprint(nodePrimitives, key, items));
  }
  expect(new RunningFingerprint(nodePrimitives, key).finish()).toEqual(contentFingerprint(nodePrimitives, key));
});
