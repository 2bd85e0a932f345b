import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareDataFolder, takeDataFolder } from "./data-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a data folder is taken by one process at a time", async () => {
  const release = await takeDataFolder(folder);
  await expect(takeDataFolder(folder)).rejects.toMatchObject({ code: "already_running" });
  await release();
  await (await takeDataFolder(folder))();
  expect(await readdir(folder)).toEqual([]);
});

test("the number of a process that is gone does not keep it taken, nor does the same number used again", async () => {
  await writeFile(join(folder, "holdfast.pid"), "999999999 1\n");
  await (await takeDataFolder(folder))();
  await writeFile(join(folder, "holdfast.pid"), `${process.pid} 1\n`);
  await (await takeDataFolder(folder))();
});

test("of many that start at the same moment after a crash, one wins", async () => {
  await writeFile(join(folder, "holdfast.pid"), "999999999 1\n");
  const attempts = await Promise.allSettled([takeDataFolder(folder), takeDataFolder(folder)]);
  expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a folder that cannot be made is named", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(prepareDataFolder(join(folder, "file", "data"))).rejects.toMatchObject({ code: "data_folder_unusable" });
});
