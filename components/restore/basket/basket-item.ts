import { z } from "zod";
import type { DocumentRef } from "../runtime/protocol/reading-calls.ts";

/** What was put into the basket, as ids alone: so it may outlive the lock and a reload. */
export interface BasketItem extends DocumentRef {
  readonly machineId: string;
  readonly sourceId: string;
}

const Items = z.array(
  z.strictObject({
    machineId: z.string(),
    sourceId: z.string(),
    snapshotId: z.string(),
    steps: z.array(z.int().min(0)),
  }),
);

/** What lies in the browser's database; what makes no sense counts as empty. */
export function parseBasket(entry: unknown): readonly BasketItem[] {
  const parsed = Items.safeParse(entry);
  return parsed.success ? parsed.data : [];
}

/** One place in one snapshot: the same document of another time is another item. */
export function itemKey({ snapshotId, steps }: DocumentRef): string {
  return `${snapshotId}/${steps.join(".")}`;
}

/** Puts in what is not there, takes out what is. */
export function toggleItem(items: readonly BasketItem[], item: BasketItem): readonly BasketItem[] {
  const key = itemKey(item);
  const without = items.filter((other) => itemKey(other) !== key);
  return without.length < items.length ? without : [...items, item];
}

/** Puts in all of them; if all are there, takes all out. */
export function toggleAll(items: readonly BasketItem[], chosen: readonly BasketItem[]): readonly BasketItem[] {
  const there = new Set(items.map(itemKey));
  const missing = chosen.filter((item) => !there.has(itemKey(item)));
  if (missing.length > 0) return [...items, ...missing];
  const leaving = new Set(chosen.map(itemKey));
  return items.filter((item) => !leaving.has(itemKey(item)));
}
