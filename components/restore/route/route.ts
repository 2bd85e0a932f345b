/**
 * [Note: Addresses of the vault]
 *
 * Where one is stands in the fragment, which no server sees, and even there only ids, moments and [Note: Steps]: an address
 * can be shared with somebody who may open it, and says nothing to anybody else.
 */
export type VaultRoute =
  /** The whole company, as of a moment (Unix ms), or as of now. */
  | { readonly kind: "company"; readonly atMs: number | null }
  | { readonly kind: "machine"; readonly machineId: string; readonly atMs: number | null }
  | SourceRoute
  | { readonly kind: "find" }
  | { readonly kind: "basket" }
  /** A link for one more machine. */
  | { readonly kind: "enrol" }
  /** Which code this is. */
  | { readonly kind: "about" }
  | { readonly kind: "restore"; readonly restoreId: string }
  | { readonly kind: "receipt"; readonly restoreId: string }
  | { readonly kind: "nowhere" };

/** A folder of a source in one snapshot, and perhaps one document of it. */
export interface SourceRoute {
  readonly kind: "source";
  readonly machineId: string;
  readonly sourceId: string;
  /** Null for the newest one. */
  readonly snapshotId: string | null;
  /** Of the folder. */
  readonly steps: readonly number[];
  /** Last step of the document that is shown beside it. */
  readonly document: number | null;
}

const ID = /^[0-9a-z][0-9a-z-]{0,127}$/i;
/** "r" is the root of the tree, "r.3.0" the first entry of its fourth. */
const STEPS = /^r(\.\d{1,9})*$/;
const NUMBER = /^\d{1,15}$/;

/** @param fragment as in `location.hash` */
export function parseRoute(fragment: string): VaultRoute {
  const parts = fragment.replace(/^#?\/?/, "").split("/");
  const [first = "", second = "", third = "", fourth = ""] = parts;
  if (first === "" && parts.length === 1) return { kind: "company", atMs: null };
  if (first === "at" && NUMBER.test(second) && parts.length === 2) return { kind: "company", atMs: Number(second) };
  if (first === "m" && ID.test(second)) {
    if (parts.length === 2) return { kind: "machine", machineId: second, atMs: null };
    if (third === "at" && NUMBER.test(fourth) && parts.length === 4) {
      return { kind: "machine", machineId: second, atMs: Number(fourth) };
    }
    return parseSource(second, parts.slice(2));
  }
  if (parts.length === 1 && isPage(first)) return { kind: first };
  if ((first === "restore" || first === "receipt") && ID.test(second) && parts.length === 2) {
    return { kind: first, restoreId: second };
  }
  return { kind: "nowhere" };
}

function isPage(word: string): word is "find" | "basket" | "enrol" | "about" {
  return word === "find" || word === "basket" || word === "enrol" || word === "about";
}

function parseSource(machineId: string, parts: readonly string[]): VaultRoute {
  const [sourceId = "", snapshotId, steps = "r", document] = parts;
  const isWell =
    ID.test(sourceId) &&
    (snapshotId === undefined || ID.test(snapshotId)) &&
    STEPS.test(steps) &&
    (document === undefined || NUMBER.test(document)) &&
    parts.length <= 4;
  if (!isWell) return { kind: "nowhere" };
  return {
    kind: "source",
    machineId,
    sourceId,
    snapshotId: snapshotId ?? null,
    steps: steps.split(".").slice(1).map(Number),
    document: document === undefined ? null : Number(document),
  };
}

/** The fragment of a place, with its "#". */
export function formatRoute(route: VaultRoute): string {
  switch (route.kind) {
    case "company":
      return route.atMs === null ? "#/" : `#/at/${route.atMs}`;
    case "machine":
      return route.atMs === null ? `#/m/${route.machineId}` : `#/m/${route.machineId}/at/${route.atMs}`;
    case "source": {
      const start = `#/m/${route.machineId}/${route.sourceId}`;
      if (route.snapshotId === null) return start;
      const folder = `${start}/${route.snapshotId}/${["r", ...route.steps].join(".")}`;
      return route.document === null ? folder : `${folder}/${route.document}`;
    }
    case "find":
    case "basket":
    case "enrol":
    case "about":
      return `#/${route.kind}`;
    case "restore":
    case "receipt":
      return `#/${route.kind}/${route.restoreId}`;
    case "nowhere":
      return "#/";
  }
}

/** The folder and the document of an entry that was found somewhere. */
export function routeOfEntry(
  place: Pick<SourceRoute, "machineId" | "sourceId">,
  entry: { readonly snapshotId: string; readonly steps: readonly number[]; readonly isFolder: boolean },
): SourceRoute {
  const { machineId, sourceId } = place;
  const { snapshotId, steps } = entry;
  const last = steps.at(-1);
  if (entry.isFolder || last === undefined) {
    return { kind: "source", machineId, sourceId, snapshotId, steps, document: null };
  }
  return { kind: "source", machineId, sourceId, snapshotId, steps: steps.slice(0, -1), document: last };
}
