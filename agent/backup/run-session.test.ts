import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { ControlClient } from "../control-client.ts";
import { HttpConnection } from "../http-connection.ts";
import { newId } from "../new-id.ts";
import { retryAfterOf } from "../retry.ts";
import { type FakeAnswer, type FakeCall, FakePortal } from "../testing/fake-portal.ts";
import { RunSession } from "./run-session.ts";

const REFUSED = { code: "company_busy", status: 429, retryAfterMs: 40_000 } as const;

let answer: (call: FakeCall) => FakeAnswer = () => REFUSED;
let portal: FakePortal;
let connection: HttpConnection;

beforeEach(async () => {
  portal = new FakePortal((call) => answer(call));
  connection = new HttpConnection(await portal.open());
});
afterEach(async () => {
  connection.close();
  await portal.close();
});

function openControl(): ControlClient {
  const { secretKey: signSecretKey } = nodePrimitives.signKeyPair(nodeRandomness.bytes(32));
  return new ControlClient(connection, { agentId: newId(), signSecretKey });
}

test("a start that is refused for now is not repeated inside of the call, and says when to come again", async () => {
  answer = () => REFUSED;
  const error: unknown = await RunSession.start(openControl(), newId(), new AbortController()).catch(
    (reason) => reason,
  );
  expect(error).toMatchObject({ code: "company_busy" });
  expect(retryAfterOf(error)).toBe(40_000);
  expect(portal.calls.map((call) => call.procedure)).toEqual(["agent.startRun"]);
});

test.each([
  ["isCancelled", "run_cancelled"],
  ["isOver", "window_ended"],
])("a run of which a heartbeat says %s is stopped as %s", async (field, code) => {
  const bulk = { leaseMs: 30, beatMs: 500, bulkToken: "t" };
  const run = { runId: newId(), fencingToken: 1, zoneId: "zone1", scope: 0, epoch: 1, ...bulk };
  const held = { ...bulk, isCancelled: false, isOver: false };
  let beats = 0;
  answer = ({ procedure }) => {
    if (procedure === "agent.startRun") return { result: run };
    return { result: ++beats < 2 ? held : { ...held, [field]: true } };
  };
  const cancel = new AbortController();
  const session = await RunSession.start(openControl(), newId(), cancel);
  await new Promise((resolve) => cancel.signal.addEventListener("abort", resolve, { once: true }));
  session.stop();
  expect(cancel.signal.reason).toMatchObject({ code });
  expect(beats).toBe(2);
});
