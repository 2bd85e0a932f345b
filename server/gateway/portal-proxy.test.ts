import { once } from "node:events";
import { createServer, get, type IncomingMessage, type RequestListener, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { PortalProxy } from "./portal-proxy.ts";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: (address satisfies AddressInfo).port };
}

/** A front that passes everything to a portal that answers with `listener`. */
async function frontOf(listener: RequestListener) {
  const portal = await serve(listener);
  const proxy = new PortalProxy({
    portalAddress: `http://127.0.0.1:${portal.port}`,
    publicUrl: "https://backup.example",
  });
  const front = await serve((req, res) => proxy.forward(req, res));
  front.server.on("upgrade", (req, socket, head) => proxy.upgrade(req, socket, head));
  return { portal, front, url: `http://127.0.0.1:${front.port}` };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of answer) text += String(part);
  return text;
}

describe("what is passed to the portal", () => {
  test("keeps method, path, query, body and repeated headers; hop headers stay, forwarded headers are ours", async () => {
    const { url, front } = await frontOf(async (req, res) => {
      res.setHeader("set-cookie", ["a=1", "b=2"]);
      res.setHeader("content-type", "application/json");
      res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: await textOf(req) }));
    });
    const headers = { "x-forwarded-host": "evil.example", "x-forwarded-for": "6.6.6.6", "x-secret-hop": "1", te: "x" };
    const answer = await fetch(`${url}/api/trpc/a.b?batch=1`, { method: "POST", headers, body: "hello" });
    const seen = await answer.json();
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(seen).toMatchObject({ method: "POST", url: "/api/trpc/a.b?batch=1", body: "hello" });
    expect(seen.headers["x-forwarded-host"]).toBe(`127.0.0.1:${front.port}`);
    expect(seen.headers["x-forwarded-proto"]).toBe("https");
    expect(seen.headers["x-forwarded-for"]).toBe("6.6.6.6, 127.0.0.1");
    expect(seen.headers.te).toBeUndefined();
  });

  test("an event stream arrives event by event, and the portal learns that the reader left", async () => {
    let sendEvent: (text: string) => void = () => undefined;
    const left = Promise.withResolvers<void>();
    const { url } = await frontOf((_req, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.flushHeaders();
      sendEvent = (text) => res.write(text);
      res.once("close", left.resolve);
    });
    const answer = await new Promise<IncomingMessage>((resolve) => get(`${url}/events`, resolve));
    for (const text of ["data: 1\n\n", "data: 2\n\n"]) {
      sendEvent(text);
      const [part] = await once(answer, "data");
      expect(String(part)).toBe(text);
    }
    answer.destroy();
    await left.promise;
  });

  test("a body of any size passes in both directions", async () => {
    const { url } = await frontOf((req, res) => req.pipe(res));
    const body = Buffer.alloc(24 * 1024 * 1024, 7);
    const answer = await fetch(url, { method: "POST", body });
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  test("a chunked body stays one", async () => {
    const { url } = await frontOf(async (req, res) => res.end(await textOf(req)));
    const answer = await new Promise<IncomingMessage>((resolve) => {
      const outgoing = request(url, { method: "POST", headers: { "transfer-encoding": "chunked" } }, resolve);
      outgoing.write("one ");
      outgoing.end("two");
    });
    expect(await textOf(answer)).toBe("one two");
  });

  test("a portal that is away is a clear answer that may be tried again", async () => {
    const { url, portal } = await frontOf((_req, res) => res.end());
    await new Promise((resolve) => portal.server.close(resolve));
    const answer = await fetch(url);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining("starting") });
  });

  test("an upgraded connection is passed both ways", async () => {
    const { portal, front } = await frontOf((_req, res) => res.end());
    portal.server.on("upgrade", (req, socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nupgrade: ${req.headers.upgrade}\r\nconnection: upgrade\r\n\r\n`,
      );
      socket.on("data", (data) => socket.write(`echo ${data}`));
      socket.on("end", () => socket.end());
      socket.on("error", () => undefined);
    });
    const client = connect(front.port, "127.0.0.1");
    client.write("GET /_next/hmr HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
    expect(String((await once(client, "data"))[0])).toContain("101 Switching Protocols");
    client.write("ping");
    expect(String((await once(client, "data"))[0])).toBe("echo ping");
    client.destroy();
  });
});
