import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { ControlClient } from "../control-client.ts";
import { HttpConnection } from "../http-connection.ts";
import { newId } from "../new-id.ts";
import { retryAfterOf } from "../retry.ts";
import { FakePortal } from "../testing/fake-portal.ts";
import { RunSession } from "./run-session.ts";

let portal: FakePortal;
let connection: HttpConnection;

beforeEach(async () => {
  portal = new FakePortal(() => ({ code: "company_busy", status: 429, retryAfterMs: 40_000 }));
  connection = new HttpConnection(await portal.open());
});
afterEach(async () => {
  connection.close();
  await portal.close();
});

test("a start that is refused for now is not repeated inside of the call, and says when to come again", async () => {
  const { secretKey: signSecretKey } = nodePrimitives.signKeyPair(nodeRandomness.bytes(32));
  const control = new ControlClient(connection, { agentId: newId(), signSecretKey });
  const error: unknown = await RunSession.start(control, newId(), new AbortController()).catch((reason) => reason);
  expect(error).toMatchObject({ code: "company_busy" });
  expect(retryAfterOf(error)).toBe(40_000);
  expect(portal.calls.map((call) => call.procedure)).toEqual(["agent.startRun"]);
});
