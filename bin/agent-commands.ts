/** What a command's module exports: takes the parsed arguments and options by name, resolves to the exit code. */
export interface CommandModule {
  run(input: Record<string, unknown>): Promise<number>;
}

export interface CommandEntry {
  /** Words after "holdfast", then the arguments as commander writes them. */
  usage: string;
  summary: string;
  /** Flags and what they mean, without --json, which every command has. */
  options: readonly (readonly [flags: string, meaning: string, times?: "repeatable"])[];
  load: () => Promise<CommandModule>;
}

/** What runs at the customer: all that the agent's archive holds. */
export const agentCommands: readonly CommandEntry[] = [
  {
    usage: "agent enrol <link>",
    summary: "make this machine one of a company's, with a link from an owner (-: from standard input)",
    options: [
      ["--name <name>", "what people call this machine (default: what the owner proposed, else its host name)"],
      [
        "--state <dir>",
        "folder for identity and cache (default: /var/lib/holdfast for root, else the user's state folder)",
      ],
    ],
    load: () => import("../agent/commands/enrol.ts"),
  },
  {
    usage: "agent backup <paths...>",
    summary: "back up files and folders as one snapshot; 0: complete, 3: complete with gaps",
    options: [
      ["--source <name>", "name of the source (default: the same paths are the same source)"],
      ["--exclude <glob>", "leave out what matches; may be given several times", "repeatable"],
      ["--state <dir>", "folder for identity and cache, as at enrolment"],
      ["--paranoid", "expand every frame again before it leaves, instead of one in 16"],
    ],
    load: () => import("../agent/commands/backup.ts"),
  },
  {
    usage: "agent run",
    summary: "stay, and back up every source of this agent when it is due; SIGTERM ends it",
    options: [["--state <dir>", "folder for identity and cache, as at enrolment"]],
    load: () => import("../agent/commands/run.ts"),
  },
  {
    usage: "agent check",
    summary:
      "say whether this agent can work: it opens its state and is answered by the portal; 75: the portal is away, or refuses it",
    options: [["--state <dir>", "folder for identity and cache, as at enrolment"]],
    load: () => import("../agent/commands/check.ts"),
  },
];
