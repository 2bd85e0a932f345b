import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { commands } from "./commands.ts";
import { runProgram } from "./run-program.ts";

// As bin/holdfast does; the server starts this file directly.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "..", "node_modules", ".cache", "compile");
enableCompileCache(process.env.NODE_COMPILE_CACHE);
followLauncher();
await runProgram(commands);

/** Ends when the launcher that started this process is gone, even if it had no time to say so. */
function followLauncher(): void {
  if (!process.connected) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}
