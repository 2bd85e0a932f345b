import { expect, test } from "vitest";
import { type PublishedRelease, RELEASE_CONTEXT } from "../../../contracts/agent-release.ts";
import { toBase64, toHex } from "../../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../../engine/codec/text.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import type { AgentBuild } from "../../release/build-archives.ts";
import { planOffer } from "./offer-agent.ts";

const newKey = () => nodePrimitives.signKeyPair(nodeRandomness.bytes(32));
const key = newKey();
const INSTALLER = encodeUtf8("echo installed");

function buildOf(version: string, ...bytes: readonly string[]): AgentBuild {
  const archs = ["x64", "arm64"] as const;
  const archives = bytes.map((byte, index) => {
    return { system: "linux" as const, arch: archs[index] ?? "x64", sha256: byte.repeat(32), sizeBytes: 1 };
  });
  return { version, archives, missing: [] };
}

function publishedOf({ version, archives }: AgentBuild, by = key): PublishedRelease {
  const statement = encodeUtf8(JSON.stringify({ v: 1, version, archives }));
  const signature = nodePrimitives.sign(by.secretKey, encodeUtf8(RELEASE_CONTEXT), statement);
  const signed = { statement: toBase64(statement), signature: toBase64(signature) };
  return { v: 1, version, ...signed, installerSha256: toHex(nodePrimitives.sha256(INSTALLER)) };
}

function plan(published: PublishedRelease | null, built: AgentBuild, installer = INSTALLER): string {
  return planOffer({ published, built, releaseKey: key, installer: published && installer });
}

test("the first build is offered, and one of other code or a newer version takes its place", () => {
  const first = publishedOf(buildOf("1.0.0", "aa"));
  expect(plan(null, buildOf("1.0.0", "aa"))).toBe("publish");
  expect(plan(first, buildOf("1.0.0", "bb"))).toBe("publish");
  expect(plan(first, buildOf("1.1.0", "bb"))).toBe("publish");
});

test("another installer for the same build takes its place, too", () => {
  const built = buildOf("1.0.0", "aa");
  expect(plan(publishedOf(built), built, encodeUtf8("echo better"))).toBe("publish");
});

test("the same build is left as it is, also where more processors are offered than it has", () => {
  expect(plan(publishedOf(buildOf("1.0.0", "aa")), buildOf("1.0.0", "aa"))).toBe("offered_already");
  expect(plan(publishedOf(buildOf("1.0.0", "aa", "cc")), buildOf("1.0.0", "aa"))).toBe("offered_already");
});

test("what another key signed, or is newer, is somebody's decision and stays", () => {
  expect(plan(publishedOf(buildOf("1.0.0", "aa"), newKey()), buildOf("2.0.0", "bb"))).toBe("another_key");
  expect(plan(publishedOf(buildOf("1.2.0", "aa")), buildOf("1.1.9", "bb"))).toBe("older");
});

test("where no archive could be built, nothing is offered", () => {
  expect(plan(null, buildOf("1.0.0"))).toBe("nothing_built");
});
