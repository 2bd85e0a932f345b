import { describe, expect, test } from "vitest";
import type { SourceContent } from "../../ports/source.ts";
import { SourceError } from "../../ports/source-error.ts";
import { find, type SourceScene } from "./source-scene.ts";
import { describeWalks } from "./walk-contract.ts";

const MIB = 1024 * 1024;

/** What every source promises; each adapter's test calls this with a maker of empty scenes. */
export function describeSourceContract(name: string, openScene: () => SourceScene): void {
  describe(`${name} keeps the source contract`, () => {
    describe("objects", () => describeObjects(openScene));
    describe("contents", () => describeContents(openScene));
    describe("changes", () => describeChanges(openScene));
    describe("the walk", () => describeWalks(openScene));
  });
}

function describeObjects(openScene: () => SourceScene): void {
  test("names come in bytewise order, each once, whatever bytes they are", () => {
    const scene = openScene();
    // Latin1 text: the last one is no UTF-8.
    const names = ["B", "a", "a b", "a-b", "aa", "z\xc3\xa9", "z\xff"];
    for (const name of [...names].reverse()) scene.writeFile(name, Buffer.from(name, "latin1"));
    const folder = scene.open().openTop();
    expect(folder.list().map((name) => Buffer.from(name).toString("latin1"))).toEqual(names);
    folder.close();
  });

  test("an object says what it is, and what is not there is undefined", () => {
    const scene = openScene();
    scene.addFolder("folder");
    scene.writeFile("file", bytes(11));
    scene.addSymlink("link", "file");
    const source = scene.open();
    expect(find(source, "folder").type).toBe("folder");
    expect(find(source, "file")).toMatchObject({ type: "file", sizeBytes: 11, hasOtherNames: false });
    expect(find(source, "link").type).toBe("symlink");
    expect(Buffer.from(find(source, "link").target()).toString()).toBe("file");
    expect(source.openTop().find(Buffer.from("nowhere"))).toBeUndefined();
  });

  test("a fingerprint stands for the object as long as nobody touches it, and says its attributes", () => {
    const scene = openScene();
    scene.writeFile("file", bytes(11));
    scene.setMode("file", 0o640);
    const before = find(scene.open(), "file").fingerprint();
    const source = scene.open();
    expect(before).toHaveLength(64);
    expect(find(source, "file").hasFingerprint(before)).toBe(true);
    expect(source.attributesOf(before)).toMatchObject({ mode: 0o640 });
    expect(source.attributesOf(before).linkId).toBeUndefined();
    expect(source.attributesOf(before).mtimeNanoseconds).toBeLessThan(1_000_000_000);
    scene.setMode("file", 0o600);
    expect(find(source, "file").hasFingerprint(before)).toBe(false);
  });

  test("a fingerprint proves nothing as of a moment at which the object could still change unseen", () => {
    const scene = openScene();
    scene.writeFile("file", bytes(1));
    const source = scene.open();
    const fingerprint = find(source, "file").fingerprint();
    expect(source.isSettled(fingerprint, new Date(Date.now() - 60_000))).toBe(false);
    expect(source.isSettled(fingerprint, new Date(Date.now() + 60_000))).toBe(true);
  });

  test("all names of one object have one fingerprint and one link id, until it changes", () => {
    const scene = openScene();
    scene.writeFile("a", bytes(3));
    scene.addLink("b", "a");
    scene.writeFile("alone", bytes(3));
    const source = scene.open();
    const [a, b] = [find(source, "a"), find(source, "b")];
    expect([a.hasOtherNames, b.hasOtherNames]).toEqual([true, true]);
    expect(b.fingerprint()).toEqual(a.fingerprint());
    const linkId = source.attributesOf(a.fingerprint()).linkId;
    expect(linkId).toHaveLength(16);
    scene.writeFile("b", bytes(4));
    expect(source.attributesOf(find(source, "b").fingerprint()).linkId).not.toEqual(linkId);
  });

  test("extended attributes come sorted by name, of an object and of its open content", () => {
    const scene = openScene();
    scene.writeFile("file", bytes(1));
    scene.setXattr("file", "user.b", bytes(3));
    scene.setXattr("file", "user.a", Uint8Array.of(0, 255, 0));
    const content = scene.reader.open(find(scene.open(), "file").key);
    for (const xattrs of [find(scene.open(), "file").xattrs(), content.xattrs()]) {
      expect(xattrs.map(({ name }) => Buffer.from(name).toString())).toEqual(["user.a", "user.b"]);
      expect([...(xattrs[0]?.value ?? [])]).toEqual([0, 255, 0]);
    }
    content.close();
  });
}

function describeContents(openScene: () => SourceScene): void {
  test("a read fills no more than it is given, from where it is told, and ends with 0", () => {
    const scene = openScene();
    scene.writeFile("file", bytes(300_003));
    const content = scene.reader.open(find(scene.open(), "file").key);
    const window = new Uint8Array(1000).fill(7);
    expect(content.readInto(window.subarray(10, 20), 5)).toBe(10);
    expect([...window.subarray(8, 22)]).toEqual([7, 7, ...bytes(15).subarray(5), 7, 7]);
    expect(content.readInto(window, 300_000)).toBe(3);
    expect(content.readInto(window, 300_003)).toBe(0);
    expect(content.readInto(window, 400_000)).toBe(0);
    content.close();
  });

  test("several readers have one content open and do not disturb each other", () => {
    const scene = openScene();
    scene.writeFile("file", bytes(200_000));
    const { key } = find(scene.open(), "file");
    const [one, other] = [scene.reader.open(key), scene.reader.open(key)];
    expect(readRange(one, 0, 100).equals(bytes(100))).toBe(true);
    expect(readRange(other, 100_000, 100_000).equals(bytes(200_000).subarray(100_000))).toBe(true);
    one.close();
    expect(readRange(other, 100, 900).equals(bytes(1000).subarray(100))).toBe(true);
    expect(other.isUnchanged()).toBe(true);
    other.close();
  });

  test("stretches cover a content exactly and in order, and holes among them are zeros", () => {
    const scene = openScene();
    const end = bytes(100_000);
    scene.writeFile("sparse", 4 * MIB, end, 2 * MIB);
    scene.writeFile("empty");
    scene.writeFile("hole", MIB);
    const source = scene.open();
    const content = scene.reader.open(find(source, "sparse").key);
    const whole = Buffer.alloc(6 * MIB + end.length);
    let at = 0;
    for (const { isHole, offset, sizeBytes } of content.stretches()) {
      expect(offset).toBe(at);
      if (!isHole) readRange(content, offset, sizeBytes).copy(whole, offset);
      at += sizeBytes;
    }
    expect(at).toBe(whole.length);
    expect(whole.equals(Buffer.concat([Buffer.alloc(4 * MIB), end, Buffer.alloc(2 * MIB)]))).toBe(true);
    expect(content.stretches().filter(({ isHole }) => isHole).length).toBeGreaterThan(0);
    expect(content.stretches()).toEqual(content.stretches());
    content.close();
    expect(scene.reader.open(find(source, "empty").key).stretches()).toEqual([]);
    const hole = { isHole: true, offset: 0, sizeBytes: MIB };
    expect(scene.reader.open(find(source, "hole").key).stretches()).toEqual([hole]);
  });
}

function describeChanges(openScene: () => SourceScene): void {
  test("an open content has the fingerprint of the object, and says when it changed while it was read", () => {
    const scene = openScene();
    const changes: Record<string, (path: string) => void> = {
      grew: (path) => scene.writeFile(path, bytes(100_001)),
      "got other rights": (path) => scene.setMode(path, 0o600),
      "was removed": (path) => scene.remove(path),
      "got another name": (path) => scene.addLink("another name", path),
    };
    for (const [path, change] of Object.entries(changes)) {
      scene.writeFile(path, bytes(100_000));
      const object = find(scene.open(), path);
      const content = scene.reader.open(object.key);
      expect(object.hasFingerprint(content.fingerprint), path).toBe(true);
      readRange(content, 0, 10);
      expect(content.isUnchanged(), path).toBe(true);
      change(path);
      expect(content.isUnchanged(), path).toBe(false);
      content.close();
    }
  });

  test("a content that was cut short ends before its stretches say", () => {
    const scene = openScene();
    scene.writeFile("file", bytes(100_000));
    const content = scene.reader.open(find(scene.open(), "file").key);
    const [stretch] = content.stretches();
    expect(stretch?.sizeBytes).toBe(100_000);
    scene.writeFile("file", bytes(10));
    expect(content.readInto(new Uint8Array(100), 10)).toBe(0);
    expect(content.isUnchanged()).toBe(false);
    content.close();
  });

  test("opening what is gone, or no file any more, says which and whether to try again", () => {
    const scene = openScene();
    for (const path of ["gone", "replaced"]) scene.writeFile(path, bytes(1));
    const source = scene.open();
    const [gone, replaced] = [find(source, "gone"), find(source, "replaced")];
    scene.remove("gone");
    scene.remove("replaced");
    scene.addFolder("replaced");
    expect(errorOf(() => scene.reader.open(gone.key))).toMatchObject({ code: "vanished", retryable: false });
    const changed = { code: "changed-while-read", retryable: true };
    expect(errorOf(() => scene.reader.open(replaced.key))).toMatchObject(changed);
  });

  test("what nobody may read is found, and opening it is no case of trying again", () => {
    const scene = openScene();
    scene.writeFile("secret", bytes(1));
    scene.withoutRights("secret", () => {
      const { key } = find(scene.open(), "secret");
      expect(errorOf(() => scene.reader.open(key))).toMatchObject({ code: "unreadable", retryable: false });
    });
    scene.reader.open(find(scene.open(), "secret").key).close();
  });

  test("closing twice is as closing once, and a walk that was given up leaves nothing open", () => {
    const scene = openScene();
    scene.addFolder("a");
    const source = scene.open();
    find(source, "a").openFolder();
    source.close();
    source.close();
  });
}

function readRange(content: SourceContent, offset: number, sizeBytes: number): Buffer {
  const into = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    const readBytes = content.readInto(into.subarray(at), offset + at);
    if (readBytes === 0) throw new Error("the content ended early");
    at += readBytes;
  }
  return into;
}

function errorOf(call: () => unknown): SourceError {
  try {
    call();
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

function bytes(sizeBytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
}
