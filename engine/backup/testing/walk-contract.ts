import { expect, test } from "vitest";
import { concatBytes } from "../../codec/hex.ts";
import type { Source } from "../../ports/source.ts";
import { CacheCursor } from "../cache-cursor.ts";
import type { CacheRecord } from "../cache-record.ts";
import { walkSource } from "../walk-source.ts";
import type { SourceScene } from "./source-scene.ts";

const END = { kind: "end", entriesBelow: 0, bytesBelow: 0, listingId: new Uint8Array(32) } as const;
const NO_MARK = new Uint8Array(16);

/** What a walk finds over any source, beside the records of the one before and without. */
export function describeWalks(openScene: () => SourceScene): void {
  test("goes depth first, a folder before what is in it, and closes each", () => {
    const scene = openScene();
    makeTree(scene);
    expect(walk(scene.open()).told).toEqual([
      "new open a",
      "new leaf a/x",
      "new open a/y",
      "new leaf a/y/z",
      "close a/y",
      "close a",
      "new leaf a-b",
      "new leaf c",
      "close ",
    ]);
  });

  test("finds everything the same when nobody touched anything, listing no folder or all", () => {
    const scene = openScene();
    makeTree(scene);
    const { records } = walk(scene.open());
    for (const isSameSelection of [true, false]) {
      const again = walk(scene.open(isSameSelection), records);
      expect(again.told.filter((line) => !line.startsWith("same") && !line.startsWith("close"))).toEqual([]);
      expect(again.told).toHaveLength(9);
      expect(again.records).toEqual(records);
    }
  });

  test("finds what is new, what changed and what is gone, and nothing else", () => {
    const scene = openScene();
    makeTree(scene);
    const { records } = walk(scene.open());
    scene.writeFile("a/new", Buffer.from("new"));
    scene.writeFile("c", Buffer.from("longer than before"));
    scene.remove("a/y/z");
    scene.remove("a-b");
    expect(walk(scene.open(true), records).told).toEqual([
      "changed open a",
      "new leaf a/new",
      "same leaf a/x",
      "changed open a/y",
      "vanished a/y/z",
      "close a/y, lost",
      "close a",
      "vanished a-b",
      "changed leaf c",
      "close , lost",
    ]);
  });

  test("follows what became something else, and names all that went with it", () => {
    const scene = openScene();
    makeTree(scene);
    const { records } = walk(scene.open());
    for (const path of ["a/y/z", "a/y", "a/x", "a", "c"]) scene.remove(path);
    scene.writeFile("a", Buffer.from("a file now"));
    scene.addFolder("c");
    expect(walk(scene.open(true), records).told).toEqual([
      "vanished a",
      "vanished a/x",
      "vanished a/y",
      "vanished a/y/z",
      "new leaf a",
      "same leaf a-b",
      "vanished c",
      "new open c",
      "close c",
      "close , lost",
    ]);
  });

  test("a folder that cannot be listed is a gap and counts as empty; what is beside it is found", () => {
    const scene = openScene();
    makeTree(scene);
    scene.withoutRights("a", () => {
      expect(walk(scene.open()).told).toEqual([
        "new open a, not listed",
        "gap a: unreadable",
        "close a, lost",
        "new leaf a-b",
        "new leaf c",
        "close ",
      ]);
    });
  });

  test("a name that could not be read the last time is tried again, although nobody touched its folder", () => {
    const scene = openScene();
    makeTree(scene);
    const { records } = walk(scene.open());
    const missing = records.map((record): CacheRecord => {
      return record.kind === "leaf" && text(record.name) === "x" ? { kind: "missing", name: record.name } : record;
    });
    const { told } = walk(scene.open(true), missing);
    expect(told.filter((line) => !line.startsWith("close"))).toEqual([
      "same open a",
      "new leaf a/x",
      "same open a/y",
      "same leaf a/y/z",
      "same leaf a-b",
      "same leaf c",
    ]);
  });

  test("a cache that was cut short is as none from there on", () => {
    const scene = openScene();
    makeTree(scene);
    const { records } = walk(scene.open());
    for (let length = 0; length < records.length; length++) {
      const { told } = walk(scene.open(), records.slice(0, length));
      expect(told.filter((line) => line.startsWith("vanished"))).toEqual([]);
      expect(told.map((line) => line.replace(/^same/, "new"))).toEqual(walk(scene.open()).told);
    }
  });
}

function makeTree(scene: SourceScene): void {
  scene.addFolder("a");
  scene.writeFile("a/x", Buffer.from("x"));
  scene.addFolder("a/y");
  scene.writeFile("a/y/z", Buffer.from("z"));
  // Between "a" and "a/x" where paths are compared, behind both where names are.
  scene.writeFile("a-b", Buffer.from("b"));
  scene.addSymlink("c", "a-b");
  scene.remove("c");
  scene.writeFile("c", Buffer.from("c"));
}

interface Walked {
  /** One line for each event. */
  readonly told: readonly string[];
  /** As the next run gets them. */
  readonly records: readonly CacheRecord[];
}

export function walk(source: Source, lastRecords?: readonly CacheRecord[]): Walked {
  const last = lastRecords?.values();
  const cache = last && new CacheCursor({ next: () => last.next().value });
  const told: string[] = [];
  const records: CacheRecord[] = [];
  const folders: string[] = [];
  const pathOf = (name: string) => [...folders, name].join("/");
  for (const event of walkSource(source, cache)) {
    switch (event.kind) {
      case "leaf":
      case "open": {
        const { object, name, isSame, cached } = event;
        const news = isSame ? "same" : cached === undefined ? "new" : "changed";
        const isListed = event.kind === "leaf" || event.isListed;
        told.push(`${news} ${event.kind} ${pathOf(text(name))}${isListed ? "" : ", not listed"}`);
        const known = { name, fingerprint: object.fingerprint(), entry: concatBytes(name) };
        records.push(
          event.kind === "leaf"
            ? { kind: "leaf", ...known, contentFingerprint: NO_MARK }
            : { kind: "folder", ...known },
        );
        if (event.kind === "open") folders.push(text(name));
        break;
      }
      case "close":
        told.push(`close ${folders.join("/")}${event.hasLost ? ", lost" : ""}`);
        records.push(END);
        folders.pop();
        event.folder?.close();
        break;
      case "gap":
        told.push(`gap ${text(event.gap.path)}: ${event.gap.reason}`);
        break;
      case "vanished":
        told.push(`vanished ${text(event.path)}`);
    }
  }
  return { told, records };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
