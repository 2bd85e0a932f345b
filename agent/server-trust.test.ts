import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AgentHelloView } from "../contracts/agent.ts";
import { toBase64, toHex } from "../engine/codec/hex.ts";
import { headerHashOf } from "../engine/format/manifest.ts";
import { encodeManifestHeader } from "../engine/format/manifest-header.ts";
import { appendStatement } from "../engine/keys/company-log.ts";
import type { LogHead } from "../engine/keys/company-log-state.ts";
import type { LogStatement } from "../engine/keys/log-statement.ts";
import { sealTo } from "../engine/keys/sealed-box.ts";
import { nodePrimitives as primitives } from "../engine/primitives/node.ts";
import { ControlClient } from "./control-client.ts";
import { HttpConnection } from "./http-connection.ts";
import { followServer, nextInChain } from "./server-trust.ts";
import type { Identity } from "./state/identity.ts";
import type { Pins } from "./state/pins.ts";

const seed = (fill: number) => new Uint8Array(32).fill(fill);
const companyId = "01890000-0000-7000-8000-000000000001";
const rootKey = primitives.signKeyPair(seed(1));
const company = primitives.boxKeyPair(seed(2));
const sign = primitives.signKeyPair(seed(3));
const certificate = new Uint8Array(100).fill(9);
const at = new Date("2026-11-20T00:00:00Z");

const statements: readonly LogStatement[] = [
  { kind: "genesis", rootPublicKey: rootKey.publicKey, recoveryBoxPublicKey: seed(7) },
  {
    kind: "epoch",
    epoch: 1,
    scope: 0,
    companyPublicKey: company.publicKey,
    sealedChunkIdKey: sealTo(primitives, { publicKey: company.publicKey, purpose: "chunk-id-key", secret: seed(8) }),
  },
  { kind: "revoke-agent", agentCertHash: toHex(primitives.sha256(certificate)), lastSequence: 0 },
];
const log: { readonly object: Uint8Array; readonly head: LogHead }[] = [];
for (const statement of statements) {
  log.push(appendStatement(primitives, { rootKey, companyId, head: log.at(-1)?.head ?? null, at, statement }));
}

const identity: Identity = {
  origin: "",
  companyId,
  agentId: "01890000-0000-7000-8000-000000000002",
  machineId: "01890000-0000-7000-8000-000000000003",
  machineName: "machine",
  enrolmentId: "01890000-0000-7000-8000-000000000004",
  scope: 0,
  rootFingerprint: toHex(primitives.sha256(rootKey.publicKey)),
  certificate,
  chunkIdKey: seed(8),
  sign,
  box: primitives.boxKeyPair(seed(5)),
};

let served: readonly Uint8Array[] = [];
let server: Server;
let control: ControlClient;

beforeAll(async () => {
  server = createServer((request, response) => {
    const input = new URL(request.url ?? "", "http://localhost").searchParams.get("input") ?? "{}";
    const { after } = JSON.parse(input).json;
    const json = { statements: served.slice(after + 1).map(toBase64) };
    response.end(JSON.stringify({ result: { data: { json } } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  control = new ControlClient(new HttpConnection(`http://127.0.0.1:${port}`), {
    agentId: identity.agentId,
    signSecretKey: sign.secretKey,
  });
});
afterAll(() => {
  control.connection.close();
  server.close();
});

const headOf = (number: number): LogHead => log[number]?.head ?? { number: -1, hash: "" };

function pinsAt(number: number, changes: Partial<Pins> = {}): Pins {
  const { hash } = headOf(number);
  const pinned = { logNumber: number, logHash: hash, controlTerm: 3, sequence: 0, headerHash: "" };
  return { ...pinned, epoch: 1, companyPublicKey: toBase64(company.publicKey), ...changes };
}

function helloAt(number: number, changes: Partial<AgentHelloView> = {}): AgentHelloView {
  const times = { serverTime: at, controlTerm: 3, minAgentVersion: "0.1.0" };
  return { ...times, logHead: headOf(number), lastSequence: 0, lastHeader: null, ...changes };
}

function headerAt(sequence: number, startedAtMs = 1): Uint8Array {
  const ids = {
    companyId,
    scope: 0,
    machineId: identity.machineId,
    sourceId: identity.agentId,
    runId: identity.agentId,
  };
  const counts = { entryCount: 1, fileCount: 1, contentBytes: 1, gapCount: 0, epoch: 1, startedAtMs, endedAtMs: 2 };
  const hashes = { agentCertHash: seed(1), previousHeaderHash: seed(sequence === 1 ? 0 : 4) };
  const reached = { topPageId: seed(2), changeListId: seed(3), sealedSizeBytes: 1, sealedSha256: seed(5) };
  const header = encodeManifestHeader({ ...ids, ...counts, ...hashes, ...reached, sequence });
  const signature = primitives.sign(sign.secretKey, Buffer.from("holdfast/1/manifest"), header);
  return Buffer.concat([header, signature]);
}

describe("an agent follows its server forwards", () => {
  test("nothing new asks for nothing and changes nothing", async () => {
    expect(await followServer(control, identity, { pins: pinsAt(1), hello: helloAt(1) })).toEqual(pinsAt(1));
  });

  test("new statements are verified against what was pinned, and the keys follow from them", async () => {
    served = log.slice(0, 2).map((statement) => statement.object);
    const pins = pinsAt(0, { epoch: 0, companyPublicKey: "" });
    expect(await followServer(control, identity, { pins, hello: helloAt(1, { controlTerm: 4 }) })).toEqual(
      pinsAt(1, { controlTerm: 4 }),
    );
  });

  test("the next manifest continues the last one", () => {
    expect(nextInChain(helloAt(1)).sequence).toBe(1);
    const lastHeader = headerAt(7);
    const next = nextInChain(helloAt(1, { lastSequence: 7, lastHeader: toBase64(lastHeader) }));
    expect(next).toEqual({ sequence: 8, previousHeaderHash: headerHashOf(primitives, lastHeader) });
  });
});

describe("an agent refuses to go back, by name", () => {
  const codeOf = (pins: Pins, hello: AgentHelloView) =>
    followServer(control, identity, { pins, hello }).then(
      () => "followed",
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
    );

  test("a lower control term, a shorter log, another log", async () => {
    expect(await codeOf(pinsAt(1), helloAt(1, { controlTerm: 2 }))).toBe("control_term_rolled_back");
    expect(await codeOf(pinsAt(1), helloAt(0))).toBe("log_rolled_back");
    expect(await codeOf(pinsAt(1), helloAt(1, { logHead: { number: 1, hash: "00".repeat(32) } }))).toBe("log_changed");
  });

  test("a log under another root, or that lacks what was pinned", async () => {
    const foreign = primitives.signKeyPair(seed(66));
    const first = { ...statements[0], rootPublicKey: foreign.publicKey } as LogStatement;
    const swapped = appendStatement(primitives, { rootKey: foreign, companyId, head: null, at, statement: first });
    served = [swapped.object, ...log.slice(1).map((statement) => statement.object)];
    expect(await codeOf(pinsAt(0), helloAt(1))).toBe("log_wrong_root");
    served = log.slice(0, 1).map((statement) => statement.object);
    expect(await codeOf(pinsAt(1), helloAt(2))).toBe("log_truncated");
  });

  test("its own revocation", async () => {
    served = log.map((statement) => statement.object);
    expect(await codeOf(pinsAt(1), helloAt(2))).toBe("agent_revoked");
  });

  test("a history without its last snapshot, or with another in its place", async () => {
    const header = headerAt(5);
    const pins = pinsAt(1, { sequence: 5, headerHash: toHex(headerHashOf(primitives, header)) });
    const shown = (lastSequence: number, lastHeader: Uint8Array | null) =>
      helloAt(1, { lastSequence, lastHeader: lastHeader && toBase64(lastHeader) });
    expect(await codeOf(pins, shown(5, header))).toBe("followed");
    expect(await codeOf(pins, shown(4, headerAt(4)))).toBe("history_rolled_back");
    expect(await codeOf(pins, shown(5, headerAt(5, 99)))).toBe("history_changed");
    expect(await codeOf(pins, shown(5, null))).toBe("history_changed");
    const forged = header.slice();
    forged[200] = (forged[200] ?? 0) ^ 1;
    expect(await codeOf(pins, shown(5, forged))).toBe("bad_signature");
    // After the control plane began a new history, it may lack the newest snapshots, and says so by its term.
    const anew = { ...shown(4, headerAt(4)), controlTerm: 4 };
    const taken = await followServer(control, identity, { pins, hello: anew });
    expect(taken).toMatchObject({ controlTerm: 4, sequence: 4 });
    // A run that broke off after that finds the same, and is not refused.
    expect(await codeOf(taken, anew)).toBe("followed");
    expect(await codeOf(taken, { ...shown(3, headerAt(3)), controlTerm: 4 })).toBe("history_rolled_back");
  });
});
