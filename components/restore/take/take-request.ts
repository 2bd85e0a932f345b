import type { RestoreScope } from "../runtime/protocol/restore-calls.ts";
import type { Destination } from "./start-take.ts";

/** What a person wants to take home, before it is planned. */
export interface TakeRequest {
  readonly scope: RestoreScope;
  /** What does the same on any computer; empty where no single command can. */
  readonly commands: readonly string[];
}

/** What was started, as ids: enough to start the same again. */
export interface StartedTake {
  readonly scope: RestoreScope;
  readonly way: Destination["way"];
}
