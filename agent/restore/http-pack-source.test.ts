import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { HttpPackSource } from "./http-pack-source.ts";

const PACK = "ab".repeat(32);
const body = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => at % 251));
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A gateway that answers as the test says. */
async function gateway(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tokens: boolean[] = [];
  const source = new HttpPackSource({
    origin: `http://127.0.0.1:${port}`,
    getToken: async (isRefused) => {
      tokens.push(isRefused);
      return `token${tokens.length}`;
    },
  });
  closers.push(() => {
    source.close();
    server.close();
    server.closeAllConnections();
  });
  return { source, seen, tokens };
}

function sendRange(request: IncomingMessage, response: ServerResponse): void {
  const [from = 0, to = 0] = (request.headers.range ?? "").match(/\d+/g)?.map(Number) ?? [];
  const part = body.subarray(from, to + 1);
  response.writeHead(206, { "content-length": part.length, "x-holdfast-zone": "zone2" });
  response.end(part);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const text = JSON.stringify({ code, message: "no" });
  response.writeHead(status, { "content-type": "application/json", "content-length": text.length });
  response.end(text);
}

describe("ranges through the gateway", () => {
  it("come whole, into the buffer that was given, over one connection", async () => {
    const { source, seen } = await gateway(sendRange);
    const into = new Uint8Array(900_000);
    const first = await source.range(PACK, { offset: 10, sizeBytes: 900_000 }, { into });
    expect(Buffer.from(first.bytes).equals(body.subarray(10, 900_010))).toBe(true);
    expect(first.bytes.buffer).toBe(into.buffer);
    expect(first.zoneId).toBe("zone2");
    const second = await source.range(PACK, { offset: 5, sizeBytes: 3 });
    expect([...second.bytes]).toEqual([5, 6, 7]);
    expect(new Set(seen.map(({ socket }) => socket.remotePort)).size).toBe(1);
  });

  it("come side by side over several connections", async () => {
    const { source } = await gateway(sendRange);
    const offsets = [0, 1_000, 500_000, 7];
    const ranges = await Promise.all(offsets.map((offset) => source.range(PACK, { offset, sizeBytes: 400_000 })));
    for (const [at, offset] of offsets.entries()) {
      expect(Buffer.from(ranges[at]?.bytes ?? []).equals(body.subarray(offset, offset + 400_000))).toBe(true);
    }
  });

  it("leave out zones that gave bad copies", async () => {
    const { source, seen } = await gateway(sendRange);
    await source.range(PACK, { offset: 0, sizeBytes: 1 }, { excludeZones: ["zone1", "zone2"] });
    expect(seen[0]?.url).toBe(`/bulk/v1/packs/${PACK}?exclude=zone1,zone2`);
  });

  it("are asked again with a new token when the old one has ended", async () => {
    const { source, tokens, seen } = await gateway((request, response) => {
      if (request.headers.authorization === "Bearer token1") refuse(response, 401, "bulk_token_expired");
      else sendRange(request, response);
    });
    expect((await source.range(PACK, { offset: 0, sizeBytes: 5 })).bytes).toHaveLength(5);
    expect(tokens).toEqual([false, true]);
    expect(seen).toHaveLength(2);
  });

  it("are asked again when the gateway goes away in the middle", async () => {
    let count = 0;
    const { source } = await gateway((request, response) => {
      if (count++ > 0) return sendRange(request, response);
      response.writeHead(206, { "content-length": 400_000 });
      response.write(body.subarray(0, 100_000), () => response.destroy());
    });
    const { bytes } = await source.range(PACK, { offset: 0, sizeBytes: 400_000 });
    expect(Buffer.from(bytes).equals(body.subarray(0, 400_000))).toBe(true);
  });

  it("come by the ordinary client from a proxy that answers without lengths", async () => {
    const { source } = await gateway((_, response) => {
      response.writeHead(206, { "x-holdfast-zone": "zone1" });
      response.write(body.subarray(0, 10));
      response.end(body.subarray(10, 20));
    });
    for (const _ of [1, 2]) {
      const { bytes, zoneId } = await source.range(PACK, { offset: 0, sizeBytes: 20 });
      expect(Buffer.from(bytes).equals(body.subarray(0, 20))).toBe(true);
      expect(zoneId).toBe("zone1");
    }
  });

  it.each([
    [404, "not_found", "not_found"],
    [403, "not_allowed", "refused"],
    [400, "range_invalid", "damaged"],
    [401, "bulk_token_invalid", "refused"],
  ])("that are refused with %i %s say so", async (status, code, expected) => {
    const { source } = await gateway((_, response) => refuse(response, status, code));
    const asked = source.range(PACK, { offset: 0, sizeBytes: 5 });
    await expect(asked).rejects.toMatchObject({ code: expected, message: expect.stringContaining(code) });
  });
});

it("places ids, and takes no answer about other ids for one", async () => {
  let at: unknown = [[0, 7], null];
  const { source } = await gateway((_, response) => {
    const text = JSON.stringify({ packs: [PACK], at });
    response.writeHead(200, { "content-length": text.length });
    response.end(text);
  });
  const ids = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  expect(await source.locate(ids)).toEqual([{ packId: PACK, frame: 7 }, null]);
  at = [[0, 7]];
  await expect(source.locate(ids)).rejects.toMatchObject({ code: "damaged" });
  await expect(source.locateCopies(ids)).rejects.toMatchObject({ code: "damaged" });
  at = [
    [
      [0, 7],
      [0, 9],
      [1, 1],
    ],
    [],
  ];
  expect(await source.locateCopies(ids)).toEqual([
    [
      { packId: PACK, frame: 7 },
      { packId: PACK, frame: 9 },
    ],
    [],
  ]);
});
