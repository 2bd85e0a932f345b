import type { IconName } from "../../ui/icon.tsx";
import { formatRoute, type VaultRoute } from "../route/route.ts";
import type { MachinePlace, SourcePlace } from "../runtime/protocol/reading-calls.ts";
import { sourceWord } from "./source-word.ts";

/** One line of the tree of places, as it stands on the screen. */
export interface TreeRow {
  readonly key: string;
  readonly word: string;
  readonly icon: IconName;
  readonly level: 1 | 2 | 3;
  readonly href: string;
  readonly isCurrent: boolean;
  /** Null for what has nothing below it. */
  readonly isExpanded: boolean | null;
}

const SOURCE_ICON: Readonly<Record<SourcePlace["kind"], IconName>> = {
  files: "folder",
  image: "disc",
  bucket: "basket",
  stream: "terminal",
};

/** The company, its machines, and the sources of the machine that is open. */
export function listTreeRows(input: {
  readonly companyName: string;
  readonly places: readonly MachinePlace[];
  readonly names: Readonly<Record<string, string>>;
  readonly route: VaultRoute;
}): TreeRow[] {
  const { route } = input;
  const company: TreeRow = {
    key: "company",
    word: input.companyName,
    icon: "companies",
    level: 1,
    href: formatRoute({ kind: "company", atMs: null }),
    isCurrent: route.kind === "company",
    isExpanded: true,
  };
  const hereId = route.kind === "machine" || route.kind === "source" ? route.machineId : null;
  // One machine alone needs no opening.
  const openId = input.places.length === 1 ? input.places[0]?.machine.machineId : hereId;
  const machines = input.places.flatMap(({ machine, sources }): TreeRow[] => {
    const { machineId } = machine;
    const isExpanded = openId === machineId;
    const row: TreeRow = {
      key: machineId,
      word: machine.name,
      icon: "machines",
      level: 2,
      href: formatRoute({ kind: "machine", machineId, atMs: null }),
      isCurrent: route.kind === "machine" && hereId === machineId,
      isExpanded: sources.length === 0 ? null : isExpanded,
    };
    return isExpanded ? [row, ...sources.map((source) => sourceRow(machineId, source, input))] : [row];
  });
  return [company, ...machines];
}

function sourceRow(
  machineId: string,
  source: SourcePlace,
  { names, route }: { readonly names: Readonly<Record<string, string>>; readonly route: VaultRoute },
): TreeRow {
  const { sourceId } = source;
  return {
    key: sourceId,
    word: sourceWord(source, names),
    icon: SOURCE_ICON[source.kind],
    level: 3,
    href: formatRoute({ kind: "source", machineId, sourceId, snapshotId: null, steps: [], document: null }),
    isCurrent: route.kind === "source" && route.sourceId === sourceId,
    isExpanded: null,
  };
}
