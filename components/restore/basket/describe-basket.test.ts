import { expect, test } from "vitest";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import { itemKey } from "./basket-item.ts";
import { describeBasket } from "./describe-basket.ts";

const item = (machineId: string, ...steps: number[]) => ({ machineId, sourceId: "s", snapshotId: "p", steps });
const rows = new Map([["p/7", { type: "folder" } as unknown as FolderRow]]);

test("the basket says what is in it, and from how many machines when there are several", () => {
  expect(describeBasket([item("m", 1)], rows, itemKey)).toBe("1 document");
  expect(describeBasket([item("m", 1), item("m", 2), item("n", 7)], rows, itemKey)).toBe(
    "2 documents and 1 folder from 2 machines",
  );
  expect(describeBasket([item("m")], rows, itemKey)).toBe("1 folder");
});
