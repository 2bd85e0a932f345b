import { Command, CommanderError, Option } from "commander";
import type { CommandEntry } from "./agent-commands.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs the command that the arguments name, and leaves its exit code. */
export async function runProgram(commands: readonly CommandEntry[]): Promise<void> {
  const program = new Command("holdfast");
  program.description("Managed backup, sealed before it leaves the machine.").exitOverride().showHelpAfterError();
  for (const entry of commands) addCommand(program, entry);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}

function addCommand(program: Command, entry: CommandEntry): void {
  const [words, args] = splitUsage(entry.usage);
  const name = words.at(-1) ?? entry.usage;
  const command = words.slice(0, -1).reduce(groupOf, program).command(name);
  command.description(entry.summary).exitOverride().showHelpAfterError();
  for (const argument of args) command.argument(argument);
  for (const [flags, meaning, times] of entry.options) {
    const option = new Option(flags, meaning);
    if (times === "repeatable") option.argParser((text, before: string[] = []) => [...before, text]);
    command.addOption(option);
  }
  command.option("--json", "print one JSON object per line");
  command.action(async () => {
    const named = Object.fromEntries(
      command.registeredArguments.map((argument, index) => [argument.name(), command.processedArgs[index]]),
    );
    const { run } = await entry.load();
    process.exitCode = await run({ ...command.opts(), ...named });
  });
}

function splitUsage(usage: string): [words: string[], args: string[]] {
  const parts = usage.split(" ");
  const isArgument = (part: string) => part.startsWith("<") || part.startsWith("[");
  return [parts.filter((part) => !isArgument(part)), parts.filter(isArgument)];
}

function groupOf(parent: Command, name: string): Command {
  const known = parent.commands.find((command) => command.name() === name);
  return known ?? parent.command(name).description(`${name} commands`).exitOverride();
}

/** Errors carry a stable code; usage errors end with 2, everything else with 1. */
function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const { code, message } = describeError(error);
  if (process.argv.includes("--json")) console.log(JSON.stringify({ error: { code, message } }));
  console.error(`holdfast: ${message}`);
  if (process.env.HOLDFAST_DEBUG && error instanceof Error) console.error(error.stack);
  return code === "usage" ? EXIT_USAGE : EXIT_FAILED;
}

function describeError(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "unknown", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "failed";
  return { code, message: error.message };
}
