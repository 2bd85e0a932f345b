import { expect, test } from "vitest";
import type { AgentRelease } from "../../contracts/agent-release.ts";
import { planUpdate } from "./plan-update.ts";

const sha256 = "ab".repeat(32);
const release: AgentRelease = {
  v: 1,
  version: "1.10.0",
  archives: [{ system: "linux", arch: "x64", sha256, sizeBytes: 7 }],
};
const asked = { ownVersion: "1.9.3", system: "linux", arch: "x64", failed: new Set<string>(), release };

test("a newer version for this system is gone to", () => {
  const name = "1.10.0-abababababab";
  expect(planUpdate(asked)).toEqual({ kind: "update", version: "1.10.0", name, sha256, sizeBytes: 7 });
});

test.each(["1.10.0", "1.10.1", "2.0.0", "1.11.0"])(
  "from %s it stays, also when the offer is older and signed",
  (ownVersion) => {
    expect(planUpdate({ ...asked, ownVersion })).toEqual({ kind: "stay", reason: "not_newer" });
  },
);

test("numbers are compared as numbers", () => {
  expect(planUpdate({ ...asked, ownVersion: "1.2.30" })).toMatchObject({ kind: "update" });
});

test.each([{ arch: "arm64" }, { system: "darwin" }])("a release without an archive for %o is none", (other) => {
  expect(planUpdate({ ...asked, ...other })).toEqual({ kind: "stay", reason: "no_archive_for_this_system" });
});

test("what failed here is not tried again, and other bytes of the same version are", () => {
  expect(planUpdate({ ...asked, failed: new Set(["1.10.0-abababababab"]) })).toEqual({
    kind: "stay",
    reason: "failed_before",
  });
  expect(planUpdate({ ...asked, failed: new Set(["1.10.0-cdcdcdcdcdcd"]) })).toMatchObject({ kind: "update" });
});
