/**
 * The doors between the rooms (CONTRIBUTING.md, "The house"): app -> server/api -> server/domain -> engine,
 * one way, without cycles. Tests and testing folders may look further, because they put the parts together.
 */
const TESTS = "(\\.test\\.tsx?$|/testing/|^e2e/|^bench/)";

/** A rule that files of one room may not import another. */
function shut(name, from, to, comment) {
  return {
    name,
    comment,
    severity: "error",
    from: { path: from, pathNot: TESTS },
    to: { path: to },
  };
}

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or a third is missing.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(\\./|\\.\\./)*(.next|server/db/generated)" },
    },
    {
      name: "engine-imports-only-itself",
      comment: "The engine runs in agent, worker and browser: whatever differs comes in through a port.",
      severity: "error",
      from: { path: "^engine/", pathNot: ["^engine/primitives/", TESTS] },
      to: { pathNot: "^engine/" },
    },
    {
      name: "engine-primitives-import-engine-and-primitives",
      severity: "error",
      from: { path: "^engine/primitives/", pathNot: TESTS },
      to: {
        pathNot: [
          "^engine/",
          "^(node:)?(crypto|zlib|module|url|fs|fs/promises|path)$",
          "node_modules/(@types/)?(sodium-native|libsodium-wrappers-sumo|zstddec|@scure/bip39|@noble/hashes)/",
        ],
      },
    },
    {
      name: "ciphers-only-in-primitives",
      comment: "One adapter per platform imports the cryptographic library.",
      severity: "error",
      from: { pathNot: ["^engine/primitives/", TESTS] },
      to: { path: "node_modules/(@types/)?(sodium-native|libsodium-wrappers-sumo|libsodium-sumo|zstddec)/" },
    },
    {
      name: "node-crypto-at-the-rim",
      comment:
        "Content goes through the Primitives port. The platform room draws tokens, the database room checks migrations.",
      severity: "error",
      from: {
        pathNot: ["^engine/primitives/", "^server/(platform|db|auth|testing)/", "^bin/", "^checks/", TESTS],
      },
      to: { path: "^(node:)?(crypto|zlib)$" },
    },
    {
      name: "contracts-import-only-zod",
      comment: "Everything that crosses a process can be read by every process.",
      severity: "error",
      from: { path: "^contracts/", pathNot: TESTS },
      to: { pathNot: ["^contracts/", "node_modules/zod/"] },
    },
    {
      name: "database-only-in-db",
      comment: "Only server/db knows Prisma and pg; the worker's queue brings a client of its own.",
      severity: "error",
      from: { pathNot: ["^server/db/", "^prisma", TESTS] },
      to: { path: "(node_modules/(@types/)?(pg|@prisma/[^/]+|prisma)/|^server/db/generated)" },
    },
    shut(
      "sources-behind-their-port",
      "^agent/(?!sources/|backup/open-source\\.ts$)",
      "^agent/sources/",
      "A backup knows the Source port; one file chooses the adapter.",
    ),
    shut("backup-asks-no-system", "^agent/backup/", "^agent/platform/", "A source asks the system, in its own words."),
    {
      name: "c-library-only-in-platform",
      comment: "What only one system has stays where another system's files can take its place.",
      severity: "error",
      from: { pathNot: ["^(agent|server)/platform/", TESTS] },
      to: { path: "node_modules/(@types/)?koffi/" },
    },
    shut("agent-knows-no-server", "^agent/", "^(server|app|components|prisma)/", "It runs at the customer."),
    shut("app-reaches-the-server-through-api", "^app/", "^server/(?!api/|auth/|platform/)", "Pages hold no logic."),
    shut(
      "components-see-contracts",
      "^components/",
      "^(server/(?!api/client/)|agent|app|bin)/",
      "Components see views, never rows; they call the API through its client.",
    ),
    {
      name: "the-client-of-the-api-runs-in-browsers",
      comment: "Of the server it knows the router's type alone.",
      severity: "error",
      from: { path: "^server/api/client/", pathNot: TESTS },
      to: {
        path: "(^(node:)|^(server/(?!api/client/|api/router\\.ts)|agent|app|bin|components)/|^engine/primitives/node\\.ts)",
      },
    },
    {
      name: "the-client-of-the-api-takes-types-alone",
      severity: "error",
      from: { path: "^server/api/client/", pathNot: TESTS },
      to: { path: "^server/api/router\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    shut(
      "domain-below",
      "^server/domain/",
      "^(app|components|agent|bin|server/(api|gateway|worker|db|zones|commands|auth))/",
      "The domain owns its ports; others implement them.",
    ),
    shut(
      "zones-implement-the-port",
      "^server/zones/",
      "^(app|components|agent|bin|server/(api|gateway|worker|db|commands|auth))/",
      "A zone knows bytes and names.",
    ),
    shut(
      "db-implements-the-store",
      "^server/db/",
      "^(app|components|agent|bin|server/(api|gateway|worker|zones|commands|auth))/",
      "The database implements what the domain asks for.",
    ),
    shut(
      "platform-at-the-bottom",
      "^server/platform/",
      "^(app|components|agent|bin|server/(?!platform/))",
      "Everybody stands on it.",
    ),
    shut(
      "gateway-is-no-page",
      "^server/gateway/",
      "^(app|components|agent|bin|server/(worker|commands))/",
      "Bulk never goes through a page route.",
    ),
    shut(
      "worker-is-no-page",
      "^server/worker/",
      "^(app|components|agent|bin|server/(gateway|api|commands))/",
      "Jobs call use cases.",
    ),
    shut(
      "api-calls-the-domain",
      "^server/api/",
      "^(app|components|agent|bin|server/(gateway|worker|commands))/",
      "A procedure is a checklist over use cases.",
    ),
    shut(
      "simulator-runs-the-service-without-a-network",
      "^server/simulator/",
      "^(app|components|agent|bin|server/(api|db|commands|auth|portal)/)",
      "It stands beside gateway and worker, and calls what they call.",
    ),
    shut(
      "nothing-imports-the-simulator",
      "^(?!server/simulator/)",
      "^server/simulator/",
      "It is a program of its own.",
    ),
    shut("nothing-imports-app", "^(?!app/)", "^app/", "Routes are where the way ends."),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^data/|(^|/).next/|^server/db/generated)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["node", "import", "require", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".cjs", ".json"],
    },
    builtInModules: { add: [] },
  },
};
