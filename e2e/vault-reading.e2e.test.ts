import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Route } from "@playwright/test";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FolderView, SearchProgress } from "../components/restore/runtime/protocol/reading-calls.ts";
import { chromiumPath, closeContext, launchChromium } from "./chromium.ts";
import { backUp, enrolMachine, type Product, startProduct } from "./product.ts";
import { VaultWorker } from "./testing-vault-worker.ts";

const MANY = 10_000;
const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

describe.skipIf(chromiumPath === null)("looking around in the vault", () => {
  let product: Product;
  let browser: Browser;
  let folder: string;
  let vault: VaultWorker;
  let source: { readonly machineId: string; readonly sourceId: string };
  /** Three: the second after changes, the third by an agent that lost its cache. */
  const snapshotIds: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-looking-"));
    product = await startProduct();
    const state = await enrolMachine(product, "looked-at");
    const backUpNow = async () => {
      const { last } = await backUp(state, [folder]);
      source = { machineId: source?.machineId ?? "", sourceId: String(last.sourceId) };
      snapshotIds.push(String(last.snapshotId));
    };
    writeFirst(folder);
    await backUpNow();
    writeFileSync(join(folder, "docs/plan.txt"), "the second plan\n");
    renameSync(join(folder, "docs/old name.txt"), join(folder, "docs/new name.txt"));
    rmSync(join(folder, "docs/cancelled"), { recursive: true });
    await backUpNow();
    writeFileSync(join(folder, "docs/plan.txt"), "the third plan, after the cache was lost\n");
    rmSync(join(state, "cache"), { recursive: true });
    await backUpNow();
    browser = await launchChromium();
    vault = await VaultWorker.open(browser, product.url, product.demo.owner);
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await product?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => {
    expect(vault.troubles).toEqual([]);
  });

  const inSource = (path: string) => join(folder, path).slice(1);
  const idOf = (number: 1 | 2 | 3) => snapshotIds[number - 1] ?? "";
  const unlock = (worker: VaultWorker) => worker.call("unlock", { passphrase: product.demo.owner.passphrase });

  async function open(
    snapshotId: string,
    path: string,
    input: Partial<{ offset: number; limit: number; isCompared: boolean }> = {},
  ): Promise<FolderView> {
    const row = await vault.call("findInSnapshot", { snapshotId, path: inSource(path) });
    return vault.call("openFolder", { snapshotId, steps: row?.steps ?? [], offset: 0, limit: MANY, ...input });
  }

  async function search(text: string): Promise<SearchProgress[]> {
    await vault.call("startSearch", { searchId: text, text });
    for (;;) {
      const events = (await vault.events()).flatMap((event) => (event.kind === "search" ? [event.search] : []));
      const own = events.filter(({ searchId }) => searchId === text);
      if (own.at(-1)?.isDone) return own;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const changesIn = ({ rows }: FolderView) => Object.fromEntries(rows.map(({ name, change }) => [name, change]));

  it("shows places and snapshots while it is locked, and no name", async () => {
    const places = await vault.call("listMachines");
    const place = places.find(({ machine }) => machine.name === "looked-at");
    expect(place?.sources).toEqual([{ sourceId: source.sourceId, kind: "files", ordinal: 1 }]);
    source = { ...source, machineId: place?.machine.machineId ?? "" };
    const points = await vault.call("listSnapshots", source);
    expect(points.map(({ snapshotId, isChecked }) => [snapshotId, isChecked])).toEqual(
      snapshotIds.map((snapshotId) => [snapshotId, false]),
    );
    expect(await vault.call("listZones")).toHaveLength(2);
    const folderOfNobody = { snapshotId: idOf(1), steps: [], offset: 0, limit: 10 };
    for (const call of [
      vault.call("openFolder", folderOfNobody),
      vault.call("listVersions", { ...source, path: "x" }),
      vault.call("startSearch", { searchId: "1", text: "x" }),
      vault.call("readSourceNames", source),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "vault_locked" });
    }
  });

  it("compares each snapshot with what its agent signed once it is open", async () => {
    await unlock(vault);
    const points = await vault.call("listSnapshots", source);
    expect(points.map(({ snapshotId, isChecked, problem }) => ({ snapshotId, isChecked, problem }))).toEqual(
      snapshotIds.map((snapshotId) => ({ snapshotId, isChecked: true, problem: null })),
    );
    expect(points.map(({ files }) => files)).toEqual([MANY + 6, MANY + 4, MANY + 4]);
    expect(await vault.call("readSourceNames", source)).toEqual({ [source.sourceId]: folder });
    expect(await vault.call("checkHistory", source)).toEqual([]);
  });

  it("opens a folder of 10,000 entries whole or in windows, in the order of their numbers", async () => {
    const whole = await open(idOf(3), "many");
    expect(whole).toMatchObject({ total: MANY, entries: MANY, isSorted: true, comparedWith: null });
    expect(whole.rows.map(({ name }) => name)).toEqual(Array.from({ length: MANY }, (_, at) => `photo ${at}.jpg`));
    expect(whole.bytes).toBe(whole.rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    const window = await open(idOf(3), "many", { offset: 7_000, limit: 50 });
    expect(window.rows).toEqual(whole.rows.slice(7_000, 7_050));
    for (const row of window.rows) {
      const stat = statSync(join(folder, "many", row.name));
      expect(row).toMatchObject({ type: "file", sizeBytes: stat.size, modifiedAtMs: Math.floor(stat.mtimeMs) });
    }
    const [first] = window.rows;
    const place = await vault.call("findPlace", { snapshotId: idOf(3), steps: first?.steps ?? [] });
    expect(place).toMatchObject({ path: first?.path, type: "file" });
    expect(place.names.join("/")).toBe(inSource(`many/${first?.name}`));
  });

  it("shows folders first, and what is new, changed and gone since the snapshot before", async () => {
    expect((await open(idOf(1), "docs", { isCompared: true })).comparedWith).toBeNull();
    const second = await open(idOf(2), "docs", { isCompared: true });
    expect(changesIn(second)).toEqual({
      cancelled: "gone",
      "Été.txt": null,
      "new name.txt": "new",
      "old name.txt": "gone",
      "picture.txt": null,
      "plan.txt": "changed",
    });
    expect(second).toMatchObject({ comparedWith: idOf(1), entries: 4, total: 6 });
    const [gone] = second.rows;
    expect(await vault.call("findPlace", { snapshotId: idOf(1), steps: gone?.steps ?? [] })).toMatchObject({
      path: inSource("docs/cancelled"),
      type: "folder",
    });
    expect(changesIn(await open(idOf(2), "", { isCompared: true }))).toEqual({ docs: "changed", many: null });
    const emptied = await vault.call("findInSnapshot", { snapshotId: idOf(2), path: inSource("docs/cancelled") });
    expect(emptied).toBeNull();
  });

  it("tells the versions of a document over every snapshot, also after the agent lost its cache", async () => {
    const plan = await vault.call("listVersions", { ...source, path: inSource("docs/plan.txt") });
    expect(plan.problems).toEqual([]);
    expect(
      plan.versions.map(({ snapshotId, op, sizeBytes, isConfirmed }) => [snapshotId, op, sizeBytes, isConfirmed]),
    ).toEqual([
      [idOf(3), "present", 41, true],
      [idOf(2), "present", 16, false],
      [idOf(1), "present", 15, false],
    ]);
    const gone = await vault.call("listVersions", { ...source, path: inSource("docs/cancelled/draft.txt") });
    expect(gone.versions.map(({ snapshotId, op, isConfirmed }) => [snapshotId, op, isConfirmed])).toEqual([
      [idOf(2), "gone", true],
      [idOf(1), "present", false],
    ]);
    const same = await vault.call("listVersions", { ...source, path: inSource("many/photo 1.jpg") });
    expect(same.versions.map(({ snapshotId }) => snapshotId)).toEqual([idOf(1)]);
    expect(await vault.call("listVersions", { ...source, path: "never/was" })).toEqual({ versions: [], problems: [] });
  });

  it("finds by name what is and what was, on all machines", async () => {
    const events = await search("ete");
    expect(events[0]).toMatchObject({ hits: [], sourcesDone: 0, sources: 2, isDone: false });
    expect(events.at(-1)).toMatchObject({ sourcesDone: 2, isCut: false, isIndexCut: false, problems: [] });
    const hits = events.flatMap((event) => event.hits);
    expect(hits.map(({ name, path, snapshotId, goneSinceMs }) => ({ name, path, snapshotId, goneSinceMs }))).toEqual([
      {
        name: "Été.txt",
        path: Buffer.from(inSource("docs/Été.txt")).toString("latin1"),
        snapshotId: idOf(3),
        goneSinceMs: null,
      },
    ]);
    const points = await vault.call("listSnapshots", source);
    const draft = (await search("DRAFT")).flatMap((event) => event.hits);
    expect(draft).toMatchObject([{ name: "draft.txt", snapshotId: idOf(1), goneSinceMs: points[1]?.receivedAtMs }]);
    expect(draft[0]?.folders.at(-1)).toBe("cancelled");
    const names = (await search(" name.txt")).flatMap((event) => event.hits);
    expect(names.map(({ name, goneSinceMs }) => [name, goneSinceMs === null])).toEqual([
      ["new name.txt", true],
      ["old name.txt", false],
    ]);
    const photos = await search("photo");
    expect(photos.at(-1)).toMatchObject({ isCut: true });
    expect(photos.flatMap((event) => event.hits)).toHaveLength(500);
  });

  it("shows the beginning of a document, and what it is by its bytes", async () => {
    const { rows } = await open(idOf(3), "docs");
    const read = (name: string, maxBytes = 1024) => {
      const row = rows.find((one) => one.name === name);
      return vault.call("readPreview", { snapshotId: idOf(3), steps: row?.steps ?? [], maxBytes });
    };
    const plan = await read("plan.txt");
    expect(plan).toMatchObject({ name: "plan.txt", sizeBytes: 41, isWhole: true, mediaType: "text" });
    expect(Buffer.from(plan.bytes).toString()).toBe("the third plan, after the cache was lost\n");
    const beginning = await read("plan.txt", 9);
    expect(Buffer.from(beginning.bytes).toString()).toBe("the third");
    expect(beginning.isWhole).toBe(false);
    expect(await read("picture.txt")).toMatchObject({ mediaType: "image/png", isWhole: true });
    const folderRow = await vault.call("findInSnapshot", { snapshotId: idOf(3), path: inSource("docs") });
    await expect(
      vault.call("readPreview", { snapshotId: idOf(3), steps: folderRow?.steps ?? [], maxBytes: 1 }),
    ).rejects.toMatchObject({ code: "not_a_document" });
    const planRow = rows.find(({ name }) => name === "plan.txt");
    await expect(
      vault.call("openFolder", { snapshotId: idOf(3), steps: planRow?.steps ?? [], offset: 0, limit: 1 }),
    ).rejects.toMatchObject({ code: "not_a_folder" });
  });

  it("knows a machine that was let in after the vault was opened", async () => {
    const state = await enrolMachine(product, "let-in-later");
    const { last } = await backUp(state, [join(folder, "docs")]);
    const later = (await vault.call("listMachines")).find(({ machine }) => machine.name === "let-in-later");
    const its = { machineId: later?.machine.machineId ?? "", sourceId: String(last.sourceId) };
    expect(await vault.call("readSourceNames", its)).toEqual({ [its.sourceId]: join(folder, "docs") });
    expect(await vault.call("listSnapshots", its)).toMatchObject([
      { snapshotId: last.snapshotId, isChecked: true, problem: null },
    ]);
    expect(await vault.call("checkHistory", its)).toEqual([]);
  });

  it("refuses by name what a server exchanged: a list, a manifest, a page of a tree, a change list", async () => {
    const deceived = await VaultWorker.open(browser, product.url, product.demo.owner);
    await unlock(deceived);
    const root = { snapshotId: idOf(2), steps: [], offset: 0, limit: 10 };

    const lie = await alter(deceived, /\/api\/trpc\/snapshots\.list/, (body) =>
      body.toString().replace(/"files":(\d+)/g, (_, files) => `"files":${Number(files) + 1}`),
    );
    for (const { isChecked, problem } of await deceived.call("listSnapshots", source)) {
      expect(isChecked).toBe(true);
      expect(problem).toContain("otherwise than its agent signed it");
    }
    await lie.end();

    const other = (route: Route) => route.fetch({ url: route.request().url().replace(idOf(2), idOf(1)) });
    const swap = await alter(deceived, /\/bulk\/v1\/snapshots\/\w+\/manifest/, (body) => body, other);
    await expect(deceived.call("openFolder", root)).rejects.toMatchObject({ code: "snapshot_replaced" });
    await swap.end();

    const forge = await alter(deceived, /\/bulk\/v1\/packs\/\w+(\?.*)?$/, (body) => body.map((byte) => byte ^ 1));
    await expect(deceived.call("openFolder", root)).rejects.toMatchObject({ code: "no_good_copy" });
    await deceived.call("listSnapshots", source);
    const { versions, problems } = await deceived.call("listVersions", { ...source, path: inSource("docs/plan.txt") });
    expect(versions).toEqual([]);
    expect(problems).toHaveLength(3);
    for (const problem of problems) expect(problem).toContain("cannot be read");
    await forge.end();

    expect((await deceived.call("openFolder", root)).rows).toHaveLength(1);
    await closeContext(deceived.context);
  });

  it("forgets everything when it locks", async () => {
    await vault.call("lock");
    await expect(open(idOf(1), "")).rejects.toMatchObject({ code: "vault_locked" });
    await vault.call("endSearch");
    expect((await vault.call("listSnapshots", source)).every(({ isChecked }) => !isChecked)).toBe(true);
  });
});

function writeFirst(folder: string): void {
  for (const name of ["many", "docs/cancelled"]) mkdirSync(join(folder, name), { recursive: true });
  for (let at = 0; at < MANY; at++) writeFileSync(join(folder, "many", `photo ${at}.jpg`), "x".repeat(at % 50));
  writeFileSync(join(folder, "docs/plan.txt"), "the first plan\n");
  writeFileSync(join(folder, "docs/old name.txt"), "renamed\n");
  writeFileSync(join(folder, "docs/cancelled/draft.txt"), "of no use\n");
  writeFileSync(join(folder, "docs/cancelled/second.txt"), "of no use either\n");
  writeFileSync(join(folder, "docs/picture.txt"), PNG);
  writeFileSync(join(folder, "docs/Été.txt"), "summer\n");
}

/** A hostile server between the browser and the product; its `end` demands that it had something to change. */
async function alter(
  { page }: VaultWorker,
  address: RegExp,
  change: (body: Buffer) => string | Uint8Array,
  answer: (route: Route) => ReturnType<Route["fetch"]> = (route) => route.fetch(),
): Promise<{ end(): Promise<void> }> {
  let altered = 0;
  await page.route(address, async (route) => {
    const response = await answer(route);
    const body = Buffer.from(change(await response.body()));
    altered += 1;
    await route.fulfill({ response, body });
  });
  return {
    async end() {
      expect(altered).toBeGreaterThan(0);
      await page.unroute(address);
    },
  };
}
