import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PackSource } from "../../../engine/ports/pack-source.ts";
import { PackSourceError } from "../../../engine/restore/pack-source-error.ts";

export interface ServedPackSource {
  readonly origin: string;
  /** Tokens that are taken; a test may exchange them. */
  readonly tokens: Set<string>;
  close(): void;
}

/** Speaks the gateway's bulk protocol for a source in memory, so that real clients and threads can be tested against it. */
export async function servePackSource(source: PackSource): Promise<ServedPackSource> {
  const tokens = new Set(["token1"]);
  const server = createServer((request, response) => {
    if (!tokens.has((request.headers.authorization ?? "").replace("Bearer ", ""))) {
      sendRefusal(response, 401, "bulk_token_expired");
      return;
    }
    answer(source, request, response).catch((error) => {
      const isMissing = error instanceof PackSourceError;
      sendRefusal(response, isMissing ? 404 : 500, isMissing ? error.code : "internal");
    });
  });
  return { origin: await listen(server), tokens, close: () => stop(server) };
}

function stop(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(source: PackSource, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const excludeZones = url.searchParams.get("exclude")?.split(",") ?? [];
  const [, packId = "", isIndex] = /^\/bulk\/v1\/packs\/([0-9a-f]{64})(\/index)?$/.exec(url.pathname) ?? [];
  if (isIndex) {
    const { bytes, zoneId } = await source.packIndex(packId, { excludeZones });
    send(response, 200, bytes, zoneId);
    return;
  }
  if (packId !== "") {
    const [from = 0, to = 0] = (request.headers.range ?? "").match(/\d+/g)?.map(Number) ?? [];
    const range = { offset: from, sizeBytes: to - from + 1 };
    const { bytes, zoneId } = await source.range(packId, range, { excludeZones });
    send(response, 206, bytes, zoneId);
    return;
  }
  const body = await readBody(request);
  if (url.pathname === "/bulk/v1/locate") {
    const ids = Array.from({ length: body.length / 32 }, (_, at) => body.subarray(at * 32, at * 32 + 32));
    const places = await source.locate(ids);
    const packs = [...new Set(places.flatMap((place) => (place ? [place.packId] : [])))];
    const at = places.map((place) => place && [packs.indexOf(place.packId), place.frame]);
    send(response, 200, Buffer.from(JSON.stringify({ packs, at })), "zone1");
    return;
  }
  if (url.pathname === "/bulk/v1/locate-copies") {
    const ids = Array.from({ length: body.length / 32 }, (_, at) => body.subarray(at * 32, at * 32 + 32));
    const copies = await source.locateCopies(ids);
    const packs = [...new Set(copies.flat().map(({ packId }) => packId))];
    const at = copies.map((places) => places.map(({ packId, frame }) => [packs.indexOf(packId), frame]));
    send(response, 200, Buffer.from(JSON.stringify({ packs, at })), "zone1");
    return;
  }
  if (url.pathname === "/bulk/v1/reports") await source.reportBadCopy(JSON.parse(body.toString()));
  send(response, 202, Buffer.from("{}"), "zone1");
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, status: number, bytes: Uint8Array, zoneId: string): void {
  response.writeHead(status, { "content-length": bytes.length, "x-holdfast-zone": zoneId });
  response.end(bytes);
}

function sendRefusal(response: ServerResponse, status: number, code: string): void {
  send(response, status, Buffer.from(JSON.stringify({ code, message: "no" })), "");
}
