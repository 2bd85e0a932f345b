import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { findTestTool } from "../server/zones/testing/find-test-tool.ts";

/** Test hosts on a switch of their own, each a network namespace; this machine is on that switch as well. */
export interface TestNetwork {
  hostOf(name: string): { readonly namespace: string; readonly address: string };
  /** Whatever is sent to that host or from it is lost, without a word to either side. */
  cut(name: string): void;
  heal(name: string): void;
  /** So that what is sent is under way for a while. */
  limit(name: string, megabits: number | "off"): void;
  /** What has reached that host so far. */
  receivedBytes(name: string): number;
  /** For good, with whatever runs on the hosts. */
  remove(): Promise<void>;
}

/** Of the addresses that the hosts' nets may have: 10.77.x. */
const NETS = 250;
const Links = z.array(z.object({ stats64: z.object({ rx: z.object({ bytes: z.number() }) }) })).length(1);

/** Ends with the input, that is also when the test's process is killed: nothing else would ever end what runs on the hosts. */
const GUARD = 'trap "" HUP INT TERM; read -r; exec bash "$0" down';

/** Null where there is no tool for it, or this account may not make network namespaces. */
export async function createNetwork(names: readonly string[]): Promise<TestNetwork | null> {
  const tool = findTestTool("netns-zones.sh", ["ip", "iptables", "tc"]);
  if (tool === null || process.getuid?.() !== 0) return null;
  const prefix = `hf${process.pid}`;
  const net = findFreeNet();
  const env = { ...process.env, NZ_PREFIX: prefix, NZ_NET: net };
  const tell = (...args: string[]) => execFileSync("bash", [tool, ...args], { env, encoding: "utf8" }).trim();
  const ip = (...args: string[]) => execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const guard = spawn("bash", ["-c", GUARD, tool], { env, detached: true, stdio: ["pipe", "ignore", "ignore"] });
  const gone = once(guard, "close");
  const [own, port, bridge] = [`${prefix}-me`, "own", `${prefix}-sw`];
  const network: TestNetwork = {
    hostOf: (name) => ({ namespace: `${prefix}-${name}`, address: tell("ip", name) }),
    cut: (name) => tell("cut", name),
    heal: (name) => tell("heal", name),
    limit: (name, megabits) => tell("rate", name, String(megabits)),
    receivedBytes: (name) => {
      const text = ip("-n", `${prefix}-${name}`, "-j", "-s", "link", "show", "eth0");
      return Links.parse(JSON.parse(text))[0]?.stats64.rx.bytes ?? 0;
    },
    remove: async () => {
      // This machine's end of its link goes with the switch.
      guard.stdin.end();
      await gone;
    },
  };
  try {
    tell("up", ...names);
    ip("link", "add", own, "type", "veth", "peer", "name", port, "netns", bridge);
    ip("-n", bridge, "link", "set", port, "master", "br0", "up");
    ip("addr", "add", `${net}.254/24`, "dev", own);
    ip("link", "set", own, "up");
    return network;
  } catch {
    await network.remove();
    return null;
  }
}

/** One that nobody on this machine has a route to. */
function findFreeNet(): string {
  for (let at = 0; at < NETS; at += 1) {
    const net = `10.77.${(process.pid + at) % NETS}`;
    if (execFileSync("ip", ["route", "show", "root", `${net}.0/24`], { encoding: "utf8" }) === "") return net;
  }
  throw new Error("all nets of test hosts are taken");
}
