import { FormatError } from "../codec/format-error.ts";
import { fromBase64, toBase64 } from "../codec/hex.ts";
import { decodeUtf8, encodeUtf8 } from "../codec/text.ts";
import { MANIFEST_LIMIT_BYTES } from "./limits.ts";

/** The sealed part of a manifest: everything that has a name. */
export interface ManifestBody {
  readonly sourceName: string;
  /** Absolute paths that were backed up; bytes, because names need not be UTF-8. */
  readonly paths: readonly Uint8Array[];
  readonly excludes: readonly string[];
  readonly host: string;
  /** On sealing, gaps beyond what a manifest can list are dropped here; the header counts all of them. */
  readonly gaps: readonly ManifestGap[];
}

export interface ManifestGap {
  readonly path: Uint8Array;
  /** A GapReason, or a code that a newer agent wrote. */
  readonly reason: string;
  readonly detail: string;
}

const GAPS_LISTED_LIMIT = 100_000;
/** Slot, nonce and tag stand beside the body. */
const BODY_LIMIT_BYTES = MANIFEST_LIMIT_BYTES - 1024;

export function encodeManifestBody(body: ManifestBody): Uint8Array {
  const head = {
    v: 1,
    sourceName: body.sourceName,
    paths: body.paths.map(toBase64),
    excludes: body.excludes,
    host: body.host,
  };
  let room = BODY_LIMIT_BYTES - encodeUtf8(JSON.stringify(head)).length - 64;
  if (room < 0) throw new FormatError("too_long", "paths and excludes of the source do not fit into a manifest");
  const gaps: { path: string; reason: string; detail: string }[] = [];
  for (const gap of body.gaps) {
    const listed = { path: toBase64(gap.path), reason: gap.reason, detail: gap.detail };
    room -= encodeUtf8(JSON.stringify(listed)).length + 1;
    if (room < 0 || gaps.length === GAPS_LISTED_LIMIT) break;
    gaps.push(listed);
  }
  return encodeUtf8(JSON.stringify({ ...head, gaps, gapsListed: gaps.length }));
}

/** @throws FormatError `bad_json`, `unknown_version` */
export function parseManifestBody(bytes: Uint8Array): ManifestBody {
  const json = parseObject(parseJson(decodeUtf8(bytes)));
  if (json.v !== 1)
    throw new FormatError("unknown_version", `manifest body version ${String(json.v)} is not known here`);
  const gaps = parseArray(json.gaps, "gaps").map(parseGap);
  if (json.gapsListed !== gaps.length) throw badJson("gapsListed");
  return {
    sourceName: parseText(json.sourceName, "sourceName"),
    paths: parseArray(json.paths, "paths").map((path) => fromBase64(parseText(path, "paths"))),
    excludes: parseArray(json.excludes, "excludes").map((exclude) => parseText(exclude, "excludes")),
    host: parseText(json.host, "host"),
    gaps,
  };
}

function parseGap(value: unknown): ManifestGap {
  const gap = parseObject(value);
  return {
    path: fromBase64(parseText(gap.path, "path")),
    reason: parseText(gap.reason, "reason"),
    detail: parseText(gap.detail, "detail"),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("bad_json", "the sealed part of a manifest is not JSON");
  }
}

function parseObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badJson("object");
  return value as Readonly<Record<string, unknown>>;
}

function parseArray(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badJson(field);
  return value;
}

function parseText(value: unknown, field: string): string {
  if (typeof value !== "string") throw badJson(field);
  return value;
}

function badJson(field: string): FormatError {
  return new FormatError("bad_json", `the sealed part of a manifest has no valid "${field}"`);
}
