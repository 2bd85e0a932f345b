import type { RestoreScope } from "../runtime/protocol/restore-calls.ts";

/** What a person wants to take home, before it is planned. */
export interface TakeRequest {
  readonly scope: RestoreScope;
  /** What does the same on any computer; empty where no single command can. */
  readonly commands: readonly string[];
}
