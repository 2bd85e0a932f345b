import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RELEASE_CONTEXT, type SignedRelease } from "../../contracts/agent-release.ts";
import { toBase64 } from "../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../engine/codec/text.ts";
import type { KeyPair } from "../../engine/ports/primitives.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import type { Installation } from "../update/installation.ts";

export interface SampleRelease {
  readonly offer: SignedRelease;
  readonly archive: Buffer;
  /** Of the version's folder. */
  readonly name: string;
}

export function newReleaseKey(): KeyPair {
  return nodePrimitives.signKeyPair(nodeRandomness.bytes(32));
}

/** A version of two files: its runtime is a shell that runs `check` in place of the agent's own. */
export function makeRelease(version: string, check: string, key: KeyPair): SampleRelease {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-release-"));
  try {
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "bin", "node"), '#!/bin/sh\nexec /bin/sh "$@"\n', { mode: 0o755 });
    writeFileSync(join(folder, "lib", "main.mjs"), `${check}\n`);
    const archive = execFileSync("tar", ["-czf", "-", "-C", folder, "."]);
    const sha256 = createHash("sha256").update(archive).digest("hex");
    const { platform: system, arch } = process;
    const archives = [{ system, arch, sha256, sizeBytes: archive.length }];
    const statement = encodeUtf8(JSON.stringify({ v: 1, version, archives }));
    const signature = nodePrimitives.sign(key.secretKey, encodeUtf8(RELEASE_CONTEXT), statement);
    const offer = { statement: toBase64(statement), signature: toBase64(signature) };
    return { offer, archive, name: `${version}-${sha256.slice(0, 12)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An installation whose current version is "own". */
export function makeInstallation(root: string, key: KeyPair): Installation {
  mkdirSync(join(root, "versions", "own"), { recursive: true });
  symlinkSync(join("versions", "own"), join(root, "current"));
  return { root, own: "own", releaseKey: key.publicKey, failed: new Set() };
}

export function readLines(path: string): string[] {
  return readFileSync(path, "utf8").trimEnd().split("\n");
}
