import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { createMemoryStore } from "../store/memory-store.ts";
import { createDomainScene, type DomainScene, enrolTestAgent, type TestAgent } from "../testing/domain-scene.ts";
import { endExpiredRuns } from "./end-expired-runs.ts";
import { endRun } from "./end-run.ts";
import { heartbeatRun } from "./heartbeat-run.ts";
import { RUN_LEASE_MS } from "./lease.ts";
import { BUSY_RETRY_MS, startRun } from "./start-run.ts";

let nowMs = 0;
let scene: DomainScene;
let agent: TestAgent;

beforeEach(async () => {
  nowMs = Date.now();
  scene = await createDomainScene(createMemoryStore(() => new Date(nowMs)));
  agent = await enrolTestAgent(scene);
});

const start = (clientRunId: string = randomUUID()) =>
  startRun(scene.deps, agent.row, { sourceId: agent.sourceId, clientRunId });
const progress = { files: 1, bytes: 2, storedBytes: 3 };

describe("a run", () => {
  test("is pinned to the first healthy zone, under the company's epoch", async () => {
    expect(await start()).toMatchObject({ zoneId: "zone1", scope: 0, epoch: 1, leaseMs: RUN_LEASE_MS });
  });

  test("goes to a zone that could be written to when it was last tried, and to the first again where that is none", async () => {
    const probe = (zoneId: string, errorCode: string | null) =>
      scene.deps.store.recordProbe(zoneId, {
        ...{ state: errorCode === null ? "healthy" : "unreachable", errorCode },
        ...{ latencyMs: 1, freeBytes: null, totalBytes: null },
      });
    const zoneOfNext = async () => {
      const run = await start();
      await endRun(scene.deps, agent.row, { ...run, outcome: "cancelled", code: "asked_to" });
      return run.zoneId;
    };
    await probe("zone1", "read_only");
    expect(await zoneOfNext()).toBe("zone2");
    await probe("zone2", "full");
    expect(await zoneOfNext()).toBe("zone1");
    await probe("zone1", null);
    expect(await zoneOfNext()).toBe("zone1");
  });

  test("keeps its lease by heartbeats, and loses it without", async () => {
    const run = await start();
    nowMs += RUN_LEASE_MS - 1;
    expect(await heartbeatRun(scene.deps, agent.row, { ...run, progress })).toMatchObject({ isCancelled: false });
    nowMs += RUN_LEASE_MS - 1;
    await heartbeatRun(scene.deps, agent.row, { ...run, progress });
    nowMs += RUN_LEASE_MS + 1;
    await expect(heartbeatRun(scene.deps, agent.row, { ...run, progress })).rejects.toMatchObject({
      code: "lease_lost",
    });
    expect(await endExpiredRuns(scene.deps)).toEqual([run.runId]);
  });

  test("waits while its company runs as many as may run at a time, and is told for how long", async () => {
    const other = await enrolTestAgent(scene);
    const run = await start();
    const attempt = () => startRun(scene.deps, other.row, { sourceId: other.sourceId, clientRunId: randomUUID() }, 1);
    const refused = { code: "company_busy", details: { retryAfterMs: BUSY_RETRY_MS } };
    await expect(attempt()).rejects.toMatchObject(refused);
    await endRun(scene.deps, agent.row, { ...run, outcome: "cancelled", code: "asked_to" });
    await expect(attempt()).resolves.toMatchObject({ zoneId: "zone1" });
  });

  test("ends once, and a start with its clientRunId is refused", async () => {
    const clientRunId = randomUUID();
    const run = await start(clientRunId);
    const end = {
      runId: run.runId,
      fencingToken: run.fencingToken,
      outcome: "failed",
      code: "source_unreadable",
    } as const;
    await endRun(scene.deps, agent.row, end);
    await endRun(scene.deps, agent.row, end);
    await expect(start(clientRunId)).rejects.toMatchObject({ code: "run_ended" });
  });

  test("is neither held nor ended by another agent of the same company", async () => {
    const { runId, fencingToken } = await start();
    const other = { row: { ...agent.row, agentId: randomUUID(), machineId: randomUUID() } };
    const lease = { runId, fencingToken };
    const lost = { code: "lease_lost" };
    await expect(heartbeatRun(scene.deps, other.row, { ...lease, progress })).rejects.toMatchObject(lost);
    const end = { ...lease, outcome: "failed", code: "not_mine" } as const;
    await expect(endRun(scene.deps, other.row, end)).rejects.toMatchObject(lost);
    expect(await heartbeatRun(scene.deps, agent.row, { ...lease, progress })).toMatchObject({ isCancelled: false });
  });

  test("of a source that was never put is refused", async () => {
    const attempt = startRun(scene.deps, agent.row, { sourceId: randomUUID(), clientRunId: randomUUID() });
    await expect(attempt).rejects.toMatchObject({ code: "not_found" });
  });
});
