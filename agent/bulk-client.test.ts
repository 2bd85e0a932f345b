import { afterEach, expect, test } from "vitest";
import { BulkClient } from "./bulk-client.ts";
import { HttpConnection } from "./http-connection.ts";
import { type FakeAnswer, type FakeCall, FakePortal } from "./testing/fake-portal.ts";

const ids = new Uint8Array(3 * 32);
const ok: FakeAnswer = { status: 200, bytes: Uint8Array.of(0b101) };
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openClient(answer: (call: FakeCall) => FakeAnswer, getToken = () => "token") {
  const portal = new FakePortal(answer);
  const connection = new HttpConnection(await portal.open());
  closing.push(
    () => connection.close(),
    () => portal.close(),
  );
  return { portal, client: new BulkClient({ connection, getToken }) };
}

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "done",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
  );

test("a call is sent again after a broken connection and after errors that pass", async () => {
  const answers: FakeAnswer[] = ["break the connection", { code: "zone_unreachable", status: 503 }, ok];
  const { client, portal } = await openClient(() => answers.shift() ?? ok);
  expect(await client.knownChunks(1, ids)).toEqual(Buffer.of(0b101));
  expect(portal.calls).toHaveLength(3);
});

test("a token that ran out is replaced by the one that the last heartbeat brought", async () => {
  const tokens = ["old", "new"];
  const answer = ({ authorization }: FakeCall): FakeAnswer =>
    authorization === "Bearer new" ? ok : { code: "bulk_token_expired", status: 401 };
  const { client, portal } = await openClient(answer, () => tokens.shift() ?? "new");
  await client.knownChunks(1, ids);
  expect(portal.calls.map((call) => call.authorization)).toEqual(["Bearer old", "Bearer new"]);
});

test("what will not pass is an error at once, with the server's code", async () => {
  const { client, portal } = await openClient(() => ({ code: "lease_lost", status: 409 }));
  expect(await codeOf(client.putPack("00", ids))).toBe("lease_lost");
  expect(portal.calls).toHaveLength(1);
});

test("a pack waits for its company's bandwidth limit as long as it takes, and is not failed by it", async () => {
  const refusals: FakeAnswer[] = Array(30).fill({ code: "bandwidth_limited", status: 429, retryAfterMs: 1 });
  const { client, portal } = await openClient(() => refusals.shift() ?? ok);
  await client.putPack("00", ids);
  expect(portal.calls).toHaveLength(31);
});

test("a commit that lacks objects is the caller's to handle, and is not repeated", async () => {
  const { client, portal } = await openClient(() => ({ code: "missing_objects", status: 409 }));
  expect(await codeOf(client.commitSnapshot(ids))).toBe("missing_objects");
  expect(portal.calls).toHaveLength(1);
});

test("an answer about other chunks than were asked is refused", async () => {
  const { client } = await openClient(() => ({ status: 200, bytes: new Uint8Array(7) }));
  expect(await codeOf(client.knownChunks(1, ids))).toBe("bad_answer");
});
