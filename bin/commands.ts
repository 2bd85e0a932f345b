/** What a command's module exports: takes the parsed arguments and options by name, resolves to the exit code. */
export interface CommandModule {
  run(input: Record<string, unknown>): Promise<number>;
}

export interface CommandEntry {
  /** Words after "holdfast", then the arguments as commander writes them. */
  usage: string;
  summary: string;
  /** Flags and what they mean, without --json, which every command has. */
  options: readonly (readonly [flags: string, meaning: string])[];
  load: () => Promise<CommandModule>;
}

/** Every command. Modules are loaded when called, so that an agent does not pay for the server. */
export const commands: readonly CommandEntry[] = [
  {
    usage: "start",
    summary: "run the whole service on this machine: PostgreSQL, portal, gateway and worker",
    options: [
      ["--data <dir>", "folder for everything that is kept (default: ./data)"],
      ["--port <number>", "port of the one public origin (default: 7443)"],
      ["--bare", "start empty, without the demo company"],
      ["--sample <path>", "what the demo's first backup holds (default: this checkout without its packages)"],
      ["--dev", "run the portal in development mode"],
    ],
    load: () => import("../server/commands/start.ts"),
  },
];
