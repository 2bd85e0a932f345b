import { expect, test } from "vitest";
import { ALL_HOURS } from "../../contracts/schedules.ts";
import { readBandwidth } from "./read-bandwidth.ts";
import { spanOf } from "./window-words.ts";

function fieldsOf(entries: readonly (readonly [string, string])[]): FormData {
  const fields = new FormData();
  for (const [name, value] of entries) fields.append(name, value);
  return fields;
}

const DAY = spanOf(8, 18);
const before = {
  rules: [
    { hours: Array(7).fill(ALL_HOURS), bytesPerSecond: 125_000 },
    { hours: [1, 2, 4, 8, 0, 0, 0], bytesPerSecond: 250_000 },
  ],
};

test("nothing chosen inherits, and no limit is one of its own", () => {
  expect(readBandwidth(fieldsOf([]), before)).toBeNull();
  expect(readBandwidth(fieldsOf([["bandwidth", "inherit"]]), before)).toBeNull();
  expect(readBandwidth(fieldsOf([["bandwidth", "unlimited"]]), before)).toEqual({ rules: [] });
});

test("each limit has its hours: usual ones, those of before, or own ones", () => {
  const fields = fieldsOf([
    ["bandwidth", "limited"],
    ["limitKey", "1"],
    ["limitHours1", "keep"],
    ["limitMbits1", "0.5"],
    ["limitKey", "2"],
    ["limitHours2", "always"],
    ["limitMbits2", "20"],
    ["limitKey", "3"],
    ["limitHours3", "own"],
    ["limitMbits3", "1.5"],
    ["limit3Day", "0"],
    ["limit3Day", "6"],
    ["limit3From", "8"],
    ["limit3To", "18"],
  ]);
  expect(readBandwidth(fields, before)).toEqual({
    rules: [
      { hours: [1, 2, 4, 8, 0, 0, 0], bytesPerSecond: 62_500 },
      { hours: Array(7).fill(ALL_HOURS), bytesPerSecond: 2_500_000 },
      { hours: [DAY, 0, 0, 0, 0, 0, DAY], bytesPerSecond: 187_500 },
    ],
  });
});
