import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { HttpConnection } from "./http-connection.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** `onAsked` gets requests that ask before they send their body. */
async function open(onAsked: Answer, onRequest: Answer = (_, response) => response.end("here")) {
  const server: Server = createServer(onRequest);
  server.on("checkContinue", onAsked);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const connection = new HttpConnection(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  closing.push(
    () => connection.close(),
    () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  );
  return connection;
}

const body = Buffer.alloc(3 * 1024 * 1024, "pack");
const upload = { method: "PUT", path: "/pack", body, upload: { patienceMs: 60_000 } } as const;

test("an upload sends its body when it is asked for, whole", async () => {
  const connection = await open(async (request, response) => {
    response.writeContinue();
    let sizeBytes = 0;
    for await (const piece of request) sizeBytes += piece.length;
    response.writeHead(201).end(String(sizeBytes));
  });
  for (let time = 0; time < 2; time++) {
    const answer = await connection.call(upload);
    expect([answer.status, answer.body.toString()]).toEqual([201, String(body.length)]);
  }
});

test("an upload that is refused has sent nothing, and the next one is heard", async () => {
  let received = 0;
  let calls = 0;
  const connection = await open((request, response) => {
    request.on("data", (piece: Buffer) => {
      received += piece.length;
    });
    calls += 1;
    response.writeHead(429).end("later");
  });
  for (let time = 0; time < 3; time++) {
    const answer = await connection.call(upload);
    expect([answer.status, answer.body.toString()]).toEqual([429, "later"]);
  }
  expect([calls, received]).toEqual([3, 0]);
});

test("uploads that wait keep no other call from being answered", async () => {
  const stop = new AbortController();
  const connection = await open(() => undefined);
  const waiting = Array.from({ length: 12 }, () => connection.call({ ...upload, signal: stop.signal }));
  const settled = Promise.allSettled(waiting);
  expect((await connection.call({ method: "GET", path: "/heartbeat" })).body.toString()).toBe("here");
  stop.abort(new Error("enough"));
  for (const { status } of await settled) expect(status).toBe("rejected");
});
