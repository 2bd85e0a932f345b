import { expect, test } from "vitest";
import { MemoryObjects } from "../../engine/backup/testing/memory-source.ts";
import { find } from "../../engine/backup/testing/source-scene.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import { FileJobs } from "./file-jobs.ts";
import { decodeTask, type ReadTask } from "./read-messages.ts";

const MIB = 1024 * 1024;

function scene() {
  const objects = new MemoryObjects();
  objects.writeFile("a", Buffer.from("first"));
  objects.addLink("b", "a");
  const tasks: ReadTask[] = [];
  const chunkIdKey = new Uint8Array(32);
  const tree = new TreeBuilder({ primitives: nodePrimitives, chunkIdKey, emit: () => undefined });
  const source = objects.open();
  const submit = (bytes: Uint8Array) => {
    for (const reader = new ByteReader(bytes); reader.remaining > 0; ) tasks.push(decodeTask(reader));
  };
  const jobs = new FileJobs({ chunkIdKey, source, tree, submit, wake: () => undefined });
  return { objects, jobs, tasks, found: (name: string) => find(source, name) };
}

test("two names of one unchanged object are read once", () => {
  const { jobs, found } = scene();
  expect(jobs.read(found("b"))).toBe(jobs.read(found("a")));
});

test("an object that holds something else by the time of its second name is read again", () => {
  const { jobs, found, objects } = scene();
  const first = jobs.read(found("a"));
  // What a file system does, too, when it gives the number of a removed inode to a new file.
  objects.writeFile("b", Buffer.from("first and second"));
  expect(jobs.read(found("b"))).not.toBe(first);
});

test("a large file is read in parts, of which holes are none", () => {
  const { jobs, found, objects, tasks } = scene();
  objects.writeFile("large", 100 * MIB, Buffer.from("end"));
  jobs.read(found("large"));
  const parts = tasks.map(({ part }) => part?.map(({ isHole, sizeBytes }) => (isHole ? "hole" : sizeBytes)));
  expect(parts).toEqual([["hole"], [3]]);
});

test("a large file that lost all of its content since it was found is read as what it is now", () => {
  const { jobs, found, objects, tasks } = scene();
  objects.writeFile("large", 100 * MIB);
  const large = found("large");
  objects.writeFile("large");
  jobs.read(large);
  expect(tasks.map(({ part }) => part)).toEqual([undefined]);
});

test("a large file that is gone is a failure with its reason, and no work for a reader", () => {
  const { jobs, found, objects, tasks } = scene();
  objects.writeFile("large", 100 * MIB);
  const large = found("large");
  objects.remove("large");
  expect(jobs.read(large).result).toMatchObject({ status: "failed", reason: "vanished" });
  expect(tasks).toEqual([]);
});
