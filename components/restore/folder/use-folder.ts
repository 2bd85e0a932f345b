import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { DocumentRef, FolderRow, FolderView } from "../runtime/protocol/reading-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";
import { useVault } from "../vault/vault-context.ts";

/** The first answer: what a tall window shows, so that it comes at once. */
const FIRST_ROWS = 200;
/** A folder that is in order comes whole with the second answer; a larger one in pages of these. */
const MAX_SORTED_ROWS = 20_000;
const PAGE_ROWS = 1_000;

export interface OpenedFolder {
  /** The last one that was read; see `isCurrent`. */
  readonly view: FolderView | null;
  readonly isCurrent: boolean;
  readonly fault: VaultFault | null;
  /** Undefined while it is on its way. */
  rowAt(index: number): FolderRow | undefined;
  /** All rows are here, so that some can be left out. */
  readonly isWhole: boolean;
  readonly rows: readonly (FolderRow | undefined)[];
  /** Asks for what is not here of a stretch that came into sight. */
  need(from: number, to: number): void;
  retry(): void;
}

interface Held {
  readonly key: string;
  readonly view: FolderView;
  readonly rows: readonly (FolderRow | undefined)[];
}

/** Reads a folder in pieces: first what one sees, then the rest. While another one is read, the one before stays. */
export function useFolder(place: DocumentRef): OpenedFolder {
  const { vault } = useVault();
  const key = `${place.snapshotId}/${place.steps.join(".")}`;
  const [held, setHeld] = useState<Held | null>(null);
  const [failed, setFailed] = useState<{ readonly key: string; readonly fault: VaultFault } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const asked = useRef(new Set<number>());
  const wanted = useRef(key);

  const read = async (offset: number, limit: number) => {
    try {
      const view = await vault.calls.openFolder({ ...place, offset, limit, isCompared: true });
      if (wanted.current === key) setHeld((before) => placeRows(before, key, { view, offset }));
      return view;
    } catch (error) {
      if (wanted.current === key) setFailed({ key, fault: toFault(error) });
      return null;
    }
  };
  const onOpen = useEffectEvent(async () => {
    const view = await read(0, FIRST_ROWS);
    if (view?.isSorted && view.total > FIRST_ROWS) await read(FIRST_ROWS, MAX_SORTED_ROWS);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads the same folder again
  useEffect(() => {
    wanted.current = key;
    asked.current = new Set();
    setFailed(null);
    void onOpen();
  }, [key, attempt]);

  const isCurrent = held?.key === key;
  const rows = held?.rows ?? [];
  return {
    view: held?.view ?? null,
    isCurrent,
    fault: failed?.key === key ? failed.fault : null,
    rowAt: (index) => rows[index],
    rows,
    isWhole: isCurrent && rows.length === held.view.total && rows.every((row) => row !== undefined),
    need(from, to) {
      if (!isCurrent || held.view.isSorted) return;
      for (let page = Math.floor(from / PAGE_ROWS); page <= Math.floor(to / PAGE_ROWS); page += 1) {
        if (asked.current.has(page) || rows[page * PAGE_ROWS + PAGE_ROWS - 1] !== undefined) continue;
        asked.current.add(page);
        void read(page * PAGE_ROWS, PAGE_ROWS);
      }
    },
    retry: () => setAttempt((count) => count + 1),
  };
}

function placeRows(
  before: Held | null,
  key: string,
  { view, offset }: { readonly view: FolderView; readonly offset: number },
): Held {
  const rows: (FolderRow | undefined)[] =
    before?.key === key ? [...before.rows] : new Array<undefined>(view.total).fill(undefined);
  for (const [index, row] of view.rows.entries()) rows[offset + index] = row;
  return { key, view, rows };
}
