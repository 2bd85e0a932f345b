import { sourceWord } from "../places/source-word.ts";
import { usePlaces, useSnapshots, useSourceNames } from "../places/use-places.ts";
import type { BasketItem } from "./basket-item.ts";

/** What was chosen of one snapshot. */
export interface BasketGroup {
  readonly key: string;
  readonly machineName: string;
  readonly sourceName: string;
  /** Unix ms; null while it is not known. */
  readonly receivedAtMs: number | null;
  readonly items: readonly BasketItem[];
}

/** The basket by machine and snapshot, with their names. */
export function useBasketGroups(items: readonly BasketItem[]): readonly BasketGroup[] {
  const places = usePlaces().value ?? [];
  const machineIds = [...new Set(items.map(({ machineId }) => machineId))];
  const names = useSourceNames(machineIds);
  const sources = [...new Map(items.map((item) => [item.sourceId, item])).values()];
  const snapshots = useSnapshots(sources).value ?? {};
  const bySnapshot = Map.groupBy(items, ({ snapshotId }) => snapshotId);
  return [...bySnapshot].flatMap(([snapshotId, chosen]): BasketGroup[] => {
    const [first] = chosen;
    if (first === undefined) return [];
    const place = places.find(({ machine }) => machine.machineId === first.machineId);
    const source = place?.sources.find(({ sourceId }) => sourceId === first.sourceId);
    const point = snapshots[first.sourceId]?.find((one) => one.snapshotId === snapshotId);
    return [
      {
        key: snapshotId,
        machineName: place?.machine.name ?? "A machine",
        sourceName: source === undefined ? "a source" : sourceWord(source, names),
        receivedAtMs: point?.receivedAtMs ?? null,
        items: chosen,
      },
    ];
  });
}
