import { parentPort, workerData } from "node:worker_threads";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { HttpPackSource } from "./http-pack-source.ts";
import { TaskDesk } from "./task-desk.ts";
import type { FromWriter, ToWriter, WriterSettings } from "./writer-messages.ts";

/** The thread around a TaskDesk: messages in, messages out. Progress is told in steps, not for each frame. */
const PROGRESS_EVERY_MS = 100;

if (!parentPort) throw new Error("this file is the body of a thread");
const port = parentPort;
const settings = parseSettings(workerData);
let bulkToken: string | null = settings.bulkToken;
const wakeForToken: (() => void)[] = [];
let progress = { bytes: 0, storedBytes: 0 };
let toldAtMs = 0;

const source = new HttpPackSource({ origin: settings.origin, getToken });
const desk = new TaskDesk({
  source,
  primitives: nodePrimitives,
  companyId: settings.companyId,
  target: settings.target,
  onProgress: ({ bytes, storedBytes }) => {
    progress = { bytes: progress.bytes + bytes, storedBytes: progress.storedBytes + storedBytes };
    if (performance.now() - toldAtMs > PROGRESS_EVERY_MS) tellProgress();
  },
});

port.on("message", (message: ToWriter) => {
  switch (message.kind) {
    case "task":
      desk.do(message.task).then((result) => {
        tellProgress();
        tell({ kind: "done", taskId: message.task.taskId, result });
      }, tellBroken);
      return;
    case "token":
      bulkToken = message.bulkToken;
      for (const wake of wakeForToken.splice(0)) wake();
      return;
    case "end":
      desk.close();
      source.close();
      port.close();
      return;
  }
});

async function getToken(isRefused: boolean): Promise<string> {
  if (isRefused) {
    if (wakeForToken.length === 0) tell({ kind: "token-wanted" });
    await new Promise<void>((wake) => wakeForToken.push(wake));
  }
  return bulkToken ?? "";
}

function tellProgress(): void {
  tell({ kind: "progress", ...progress });
  progress = { bytes: 0, storedBytes: 0 };
  toldAtMs = performance.now();
}

/** An error loses its class on the way to another thread, so it goes as plain values. */
function tellBroken(error: unknown): void {
  const isNamed = error instanceof Error;
  const code = isNamed && "code" in error && typeof error.code === "string" ? error.code : "failed";
  tell({
    kind: "broken",
    name: isNamed ? error.name : "Error",
    code,
    message: isNamed ? error.message : String(error),
  });
}

function tell(message: FromWriter): void {
  port.postMessage(message);
}

function parseSettings(value: unknown): WriterSettings {
  return value as WriterSettings;
}
