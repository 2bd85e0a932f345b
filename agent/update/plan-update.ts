import { type AgentRelease, isOlderVersion } from "../../contracts/agent-release.ts";

export interface UpdateQuestion {
  readonly ownVersion: string;
  readonly system: string;
  readonly arch: string;
  /** Names of versions that did not work on this machine. */
  readonly failed: ReadonlySet<string>;
  /** Its signature was checked. */
  readonly release: AgentRelease;
}

export type UpdatePlan =
  /** not_newer: also a signed release that is older is none to go to. */
  | { readonly kind: "stay"; readonly reason: "not_newer" | "no_archive_for_this_system" | "failed_before" }
  | {
      readonly kind: "update";
      readonly version: string;
      /** Of the version's folder. */
      readonly name: string;
      readonly sha256: string;
      readonly sizeBytes: number;
    };

/** Decides what to do with an offered release; does nothing. */
export function planUpdate({ ownVersion, system, arch, failed, release }: UpdateQuestion): UpdatePlan {
  if (!isOlderVersion(ownVersion, release.version)) return { kind: "stay", reason: "not_newer" };
  const archive = release.archives.find((each) => each.system === system && each.arch === arch);
  if (archive === undefined) return { kind: "stay", reason: "no_archive_for_this_system" };
  const { sha256, sizeBytes } = archive;
  const name = `${release.version}-${sha256.slice(0, 12)}`;
  if (failed.has(name)) return { kind: "stay", reason: "failed_before" };
  return { kind: "update", version: release.version, name, sha256, sizeBytes };
}
