import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EnrolmentOpenedView } from "../contracts/enrolments.ts";
import type { KeysView } from "../contracts/keys.ts";
import { toBase64 } from "../engine/codec/hex.ts";
import { parseSecretLink } from "../engine/keys/link-secret.ts";
import { unwrapSecret, wrapSecret } from "../engine/keys/wrap.ts";
import { nodePrimitives, nodeRandomness } from "../engine/primitives/node.ts";
import { newMember, sealPack } from "../server/testing/company-world.ts";
import { filesBelow } from "./live-files.ts";
import {
  backUp,
  enrolMachine,
  expectCommand,
  listObjects,
  type Product,
  runCommand,
  startProduct,
  waitForZone2,
  waitUntil,
} from "./product.ts";
import { type AlteringProxy, startAlteringProxy } from "./testing-altering-proxy.ts";
import { queryAll } from "./testing-evidence.ts";
import { Intruder } from "./testing-intruder.ts";
import { backdate, lieAboutKeys, type RivalKeys, readRivalKeys } from "./testing-key-lies.ts";
import { commitTree } from "./testing-lying-tree.ts";
import { createRival, type Rival } from "./testing-rival.ts";

const tools = { primitives: nodePrimitives, randomness: nodeRandomness };

let product: Product;
let proxy: AlteringProxy;
let rival: Rival;
let source: string;
let state: string;
let rivalKeys: RivalKeys;

beforeAll(async () => {
  product = await startProduct();
  proxy = await startAlteringProxy(product.url);
  source = join(product.folder, "source");
  mkdirSync(source);
  writeFileSync(join(source, "first.bin"), randomBytes(700_000));
  state = await enrolMachine(product, "kept");
  rival = await createRival(product, source);
  rivalKeys = await readRivalKeys(product, rival);
}, 400_000);

afterAll(async () => {
  proxy?.close();
  await product?.remove();
}, 60_000);

/** The same bytes with one bit changed: `at` from the end when negative. */
function flip(base64: string, at: number): string {
  const bytes = Buffer.from(base64, "base64");
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString("base64");
}

const errorOf = (last: Record<string, unknown>) => (last.error as { code?: string } | undefined)?.code;

describe("a server that lies during an enrolment", () => {
  it("is refused by name, and the machine keeps no identity", async () => {
    const created = await expectCommand(["enrolments", "create", "--json"], product.ownerEnv);
    const link = new URL(String(created.last.link));
    link.host = new URL(proxy.url).host;
    const { secret } = parseSecretLink("enrol", link.href);
    const key = nodePrimitives.hmacSha256(secret, Buffer.from("holdfast/1/enrol-payload"));
    const swapKey = (payload: string, field: string) => {
      const wrapped = Buffer.from(payload, "base64");
      const json = JSON.parse(
        Buffer.from(unwrapSecret(nodePrimitives, { key, purpose: "enrolment", wrapped })).toString(),
      );
      json[field] = toBase64(nodeRandomness.bytes(32));
      return toBase64(wrapSecret(tools, { key, purpose: "enrolment", secret: Buffer.from(JSON.stringify(json)) }));
    };
    const byStranger = toBase64(
      wrapSecret(tools, { key: nodeRandomness.bytes(32), purpose: "enrolment", secret: nodeRandomness.bytes(300) }),
    );
    type Change = (view: EnrolmentOpenedView) => Partial<EnrolmentOpenedView>;
    const lies: [string, Change, string][] = [
      ["a payload of its own", () => ({ payload: byStranger }), "enrolment_link_wrong"],
      ["a changed chunk-id key", ({ payload }) => ({ payload: flip(payload, -30) }), "wrap_damaged"],
      [
        "a company key, by one who stole the link",
        ({ payload }) => ({ payload: swapKey(payload, "companyPublicKey") }),
        "company_key_swapped",
      ],
      ["another company's log", () => ({ log: rivalKeys.log }), "log_other_company"],
      ["a changed statement", ({ log }) => ({ log: log.with(1, backdate(log[1] ?? "")) }), "log_forged"],
      ["a log without its end", ({ log }) => ({ log: log.slice(0, -1) }), "log_truncated"],
      ["a log with a gap", ({ log }) => ({ log: log.toSpliced(1, 1) }), "log_gap"],
      [
        "another company",
        () => ({ companyId: rival.companyId as EnrolmentOpenedView["companyId"] }),
        "enrolment_swapped",
      ],
    ];
    for (const [what, change, code] of lies) {
      proxy.altered = 0;
      proxy.alteration = {
        procedure: "enrolments.open",
        alter: (answer) => {
          const view = answer as EnrolmentOpenedView;
          return { ...view, ...change(view) };
        },
      };
      const refused = join(product.folder, "refused");
      const result = await runCommand(["agent", "enrol", link.href, "--name", "x", "--state", refused, "--json"]);
      expect(proxy.altered, what).toBe(1);
      expect(result.code, what).toBe(1);
      expect(errorOf(result.last), what).toBe(code);
      expect(filesBelow(join(refused, "identity")), what).toEqual([]);
    }
    proxy.alteration = null;
    const used = join(product.folder, "honest");
    await expectCommand(["agent", "enrol", link.href, "--name", "x", "--state", used, "--json"]);
    expect(existsSync(join(used, "identity", "agent.json"))).toBe(true);
  });
});

describe("a server that lies to the owner", () => {
  it("about the company's keys or log is named before anything is opened", async () => {
    const env = { ...product.ownerEnv, HOLDFAST_PORTAL: proxy.url };
    await expectCommand(["snapshots", "--unlock", "--json"], env);
    for (const { what, change, code } of lieAboutKeys(rivalKeys)) {
      proxy.altered = 0;
      proxy.alteration = {
        procedure: "keys.get",
        alter: (answer) => {
          const view = answer as KeysView;
          return { ...view, ...change(view) };
        },
      };
      const result = await runCommand(["snapshots", "--unlock", "--json"], env);
      expect(proxy.altered, what).toBeGreaterThan(0);
      expect(result.code, what).toBe(1);
      expect(errorOf(result.last), what).toBe(code);
    }
    proxy.alteration = null;
  });
});

describe("bits that flip in stored packs", () => {
  const zone = (name: string) => join(product.data, "zones", name, "backup", "companies", product.demo.companyId);

  /** Writes the packs with one bit changed in the middle, where frames are, whatever happened to the copies meanwhile. */
  function damage(name: string, originals: ReadonlyMap<string, Buffer>): void {
    for (const [key, original] of originals) {
      const bytes = Buffer.from(original);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      writeFileSync(join(zone(name), key), bytes);
    }
  }

  it("in one zone cost nothing, in both they cost what is named", async () => {
    const before = new Set(listObjects(zone("zone1")));
    for (const name of ["one.bin", "two.bin", "three.bin"]) writeFileSync(join(source, name), randomBytes(1_500_000));
    const snapshotId = String((await backUp(state, [source])).last.snapshotId);
    await waitForZone2(product, snapshotId);
    const packs = listObjects(zone("zone1")).filter((key) => /^packs\//.test(key) && !before.has(key));
    expect(packs.length).toBeGreaterThan(0);
    const originals = new Map(packs.map((key) => [key, readFileSync(join(zone("zone1"), key))]));

    damage("zone1", originals);
    const whole = join(product.folder, "whole");
    await expectCommand(["restore", snapshotId, "--to", whole, "--json"], product.ownerEnv);
    for (const name of ["first.bin", "one.bin", "two.bin", "three.bin"])
      expect(readFileSync(join(whole, source, name)).equals(readFileSync(join(source, name))), name).toBe(true);
    // Until no healing is under way: one that had read its good bytes from zone 2 would undo the damage that follows.
    const sick = "select count(*)::int as count from pack_presence where company_id = $1 and state <> 'present'";
    await waitUntil("what was found bad being healed", 60_000, async () => {
      if (Number((await queryAll(product, sick, [product.demo.companyId]))[0]?.count) > 0) return false;
      return [...originals].every(([key, original]) => original.equals(readFileSync(join(zone("zone1"), key))));
    });

    // Zone 2 first: from then on there is nothing that zone 1 could be healed from.
    for (const name of ["zone2", "zone1"]) damage(name, originals);
    const short = join(product.folder, "short");
    const restored = await expectCommand(["restore", snapshotId, "--to", short, "--json"], product.ownerEnv, [1]);
    const named = restored.lines.flatMap(({ path, problem }) => (typeof problem === "string" ? [String(path)] : []));
    expect(named.length).toBeGreaterThan(0);
    for (const path of named) expect(existsSync(join(short, path)), path).toBe(false);
    const there = filesBelow(short);
    expect(there.length + named.length).toBe(4);
    for (const path of there)
      expect(readFileSync(path).equals(readFileSync(join("/", relative(short, path)))), path).toBe(true);
  });
});

describe("a machine that stores garbage under the ids of others", () => {
  it("keeps nobody from restoring what another machine stored, from folder to ZIP", async () => {
    const intruderOf = async (name: string) => {
      const folder = await enrolMachine(product, name);
      await backUp(folder, [source]);
      return new Intruder(product.url, folder);
    };
    const [hostile, honest] = [await intruderOf("hostile"), await intruderOf("honest")];
    const { world } = honest;
    const content = [70_000, 40_000, 30_000].map((sizeBytes) => newMember(world, 1, randomBytes(sizeBytes)));
    const garbage = content.map((member) => ({ ...member, plain: randomBytes(member.plain.length) }));
    const attack = await hostile.startRun();
    // First something true: an honest sealer recomputes the first frame.
    const decoy = newMember(world, 1, randomBytes(70_000));
    const garbagePack = sealPack(attack.seal, "content", [decoy, ...garbage]);
    await attack.putAll(garbagePack.bytes);
    const snapshotId = await commitTree(honest, { content, childIds: content.map(({ id }) => id) });

    const whole = Buffer.concat(content.map(({ plain }) => plain));
    const out = join(product.folder, "beside-garbage");
    await expectCommand(["restore", snapshotId, "--to", out, "--json"], product.ownerEnv);
    expect(readFileSync(join(out, "victim.txt")).equals(whole)).toBe(true);
    const zip = join(product.folder, "beside-garbage.zip");
    await expectCommand(["restore", snapshotId, "--zip", zip, "--json"], product.ownerEnv);
    expect(execFileSync("unzip", ["-p", zip, "victim.txt"], { maxBuffer: 1 << 20 }).equals(whole)).toBe(true);
    await expectCommand(["verify", snapshotId, "--json"], product.ownerEnv);
    await attack.end();
  });
});
