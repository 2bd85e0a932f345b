import { agentCommands, type CommandEntry } from "./agent-commands.ts";

/** Every command. Modules are loaded when called, so that an agent does not pay for the server. */
export const commands: readonly CommandEntry[] = [
  {
    usage: "start",
    summary: "run the whole service on this machine: PostgreSQL, portal, gateway and worker",
    options: [
      ["--data <dir>", "folder for everything that is kept (default: ./data)"],
      ["--port <number>", "port of the one public origin (default: 7443)"],
      ["--bare", "start empty, without the demo company"],
      ["--zones <file>", "JSON file that names the zones, folders or S3 (default: two folders in the data folder)"],
      ["--sample <path>", "what the demo's first backup holds (default: this checkout without its packages)"],
      ["--dev", "run the portal in development mode"],
    ],
    load: () => import("../server/commands/start.ts"),
  },
  {
    usage: "sweep",
    summary:
      "on the service's machine: delete what no snapshot reaches any more, in two rounds; 3: something holds deletion up",
    options: [
      ["--dry-run", "only tell what would be done, and why"],
      ["--company <id>", "only of this company (default: of all, one after the other)"],
      [
        "--data <dir>",
        "data folder of the service (default: ./data), unless DATABASE_WORKER_URL and HOLDFAST_ZONES are set",
      ],
    ],
    load: () => import("../server/commands/sweep.ts"),
  },
  {
    usage: "zones validate <file>",
    summary: "try out the storage that a zones file names, with real objects, before anything is trusted to it",
    options: [["--data <dir>", "data folder from which relative paths count (default: ./data)"]],
    load: () => import("../server/commands/zones-validate.ts"),
  },
  {
    usage: "zones promote <file>",
    summary:
      "the database's site is lost: go on at another one, from the journal in the zones that answer; 0: all of it, 3: with gaps that are named",
    options: [["--data <dir>", "a new folder for the service of this site; start it from there afterwards"]],
    load: () => import("../server/commands/zones-promote.ts"),
  },
  {
    usage: "zones compare",
    summary:
      "on the service's machine: list snapshots that lie in a zone and that the database does not know; changes nothing; 3: there are some, or a zone is away",
    options: [
      ["--company <id>", "only of this company (default: of all, one after the other)"],
      [
        "--data <dir>",
        "data folder of the service (default: ./data), unless DATABASE_WORKER_URL and HOLDFAST_ZONES are set",
      ],
    ],
    load: () => import("../server/commands/zones-compare.ts"),
  },
  {
    usage: "releases publish",
    summary:
      "on the service's machine: build the agent's archives from this checkout, sign them, and offer them to machines",
    options: [
      ["--data <dir>", "data folder of the service (default: ./data); what is offered lies in its folder agents"],
      ["--key <file>", "release key, made if there is none (default: <data>/secrets/agent-release-key)"],
      ["--packages <dir>", "a node_modules folder for another processor, as npm ci --cpu=arm64 makes it", "repeatable"],
    ],
    load: () => import("../server/commands/releases-publish.ts"),
  },
  {
    usage: "recover",
    summary:
      "rebuild the whole service in an empty data folder from what one zone holds; 0: all of it, 3: with gaps that are named",
    options: [
      ["--from <zone>", "the zone's folder, or a zones file as of start, which names all zones that are left"],
      ["--data <dir>", "a new folder for the rebuilt service; start it from there afterwards"],
    ],
    load: () => import("../server/commands/recover.ts"),
  },
  ...agentCommands,
  {
    usage: "companies create <name>",
    summary: "staff: create a company, and print the invitation for its first owner",
    options: [["--owner <email>", "address of the company's first owner"]],
    load: () => import("../server/commands/owner/companies-create.ts"),
  },
  {
    usage: "keys create <link>",
    summary: "invited owner: make the company's keys on this computer, and print the recovery key",
    options: [],
    load: () => import("../server/commands/owner/keys-create.ts"),
  },
  {
    usage: "login",
    summary: "sign in by HOLDFAST_EMAIL and HOLDFAST_PASSWORD, and remember it for 12 hours; unlocks nothing",
    options: [],
    load: () => import("../server/commands/owner/login.ts"),
  },
  {
    usage: "enrolments create",
    summary: "owner: print a link that lets one machine in",
    options: [
      ["--name <name>", "name proposed for the machine"],
      ["--hours <hours>", "how long the link can be used, at most 720 (default: 24)"],
    ],
    load: () => import("../server/commands/owner/enrolments-create.ts"),
  },
  {
    usage: "machines",
    summary: "list machines and their last snapshot",
    options: [["--company <id>", "staff: only those of one company"]],
    load: () => import("../server/commands/owner/machines.ts"),
  },
  {
    usage: "snapshots",
    summary: "list snapshots, newest first",
    options: [
      ["--company <id>", "staff: only those of one company"],
      ["--machine <id>", "only those of one machine"],
      ["--source <id>", "only those of one source"],
      ["--before <time>", "only those received before this moment, as 2026-01-31T12:00:00Z"],
      ["--limit <count>", "at most so many"],
      ["--unlock", "members: show the sources' names; check each snapshot and the chain of its agent"],
    ],
    load: () => import("../server/commands/owner/snapshots.ts"),
  },
  {
    usage: "holds",
    summary: "list legal holds: snapshots that outlive their retention",
    options: [["--company <id>", "staff: which company's"]],
    load: () => import("../server/commands/owner/holds.ts"),
  },
  {
    usage: "holds place <snapshot>",
    summary: "owner, or an admin of the provider: have a snapshot frozen now, and kept until the hold is lifted",
    options: [
      ["--reason <text>", "a case number, not what is in the documents: the provider sees it"],
      ["--company <id>", "staff: whose snapshot it is"],
    ],
    load: () => import("../server/commands/owner/holds-place.ts"),
  },
  {
    usage: "holds lift <hold>",
    summary: "owner, or an admin of the provider: let retention alone say how long the snapshot stays",
    options: [["--company <id>", "staff: whose hold it is"]],
    load: () => import("../server/commands/owner/holds-lift.ts"),
  },
  {
    usage: "ls <snapshot> [path]",
    summary: "list a folder of a snapshot (an id, the beginning of one, or latest:<machine>)",
    options: [["--recursive", "with everything below"]],
    load: () => import("../server/commands/owner/ls.ts"),
  },
  {
    usage: "restore [snapshot] [paths...]",
    summary: "restore paths of a snapshot, or all of it, to a folder or a ZIP; or the whole company as of a moment",
    options: [
      ["--to <dir>", "folder below which the paths are made again"],
      ["--zip <file>", "ZIP file to write"],
      ["--company", "all machines and sources, below <dir>/<machine>/<source>/"],
      [
        "--at <time>",
        "with --company: the newest snapshots received until this moment, as 2026-01-31T12:00:00Z, or now",
      ],
      ["--overwrite", "replace files that exist (default: refuse before anything is written)"],
    ],
    load: () => import("../server/commands/owner/restore.ts"),
  },
  {
    usage: "verify <snapshot>",
    summary: "read and verify every byte of a snapshot, and write nothing",
    options: [],
    load: () => import("../server/commands/owner/verify.ts"),
  },
  {
    usage: "verify-receipt <file>",
    summary: "say whether the receipt of a restore is as a member of the company signed it",
    options: [["--of <file>", "the ZIP or document that it is about, to compare length and SHA-256"]],
    load: () => import("../server/commands/owner/verify-receipt.ts"),
  },
  {
    usage: "vault-hash",
    summary: "print the hashes of the vault that this checkout builds, and say whether a portal serves exactly that",
    options: [["--portal <url>", "fetch every file from there and compare; 1: something differs"]],
    load: () => import("../server/commands/vault-hash.ts"),
  },
];
