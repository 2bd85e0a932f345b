// Plain JavaScript: makes what is generated and not kept in the repository, when what it is made of has changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Prisma's client, from the schema; stays as it is while the schema does. */
export function ensurePrismaClient(projectRoot, node) {
  const schema = join(projectRoot, "prisma", "schema.prisma");
  if (!existsSync(schema)) return;
  const generated = join(projectRoot, "server", "db", "generated");
  const stamp = join(generated, ".made-from");
  const wanted = createHash("sha256")
    .update(readFileSync(schema))
    .update(readFileSync(join(projectRoot, "node_modules", "prisma", "package.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const prisma = join(projectRoot, "node_modules", "prisma", "build", "index.js");
  // Generating needs no engine, but the tool insists on a file that is one, and would otherwise download it.
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: node,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  };
  const run = spawnSync(node, [prisma, "generate", "--schema", schema], { cwd: projectRoot, env, encoding: "utf8" });
  if (run.status !== 0) {
    process.stderr.write(`holdfast: "prisma generate" failed:\n${run.stdout}${run.stderr}\n`);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

/** The types of the routes and of what Next imports besides code; only the type checker needs them. */
export function ensureRouteTypes(projectRoot, node) {
  if (!existsSync(join(projectRoot, "app"))) return;
  const next = join(projectRoot, "node_modules", "next", "dist", "bin", "next");
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  const run = spawnSync(node, [next, "typegen"], { cwd: projectRoot, env, encoding: "utf8" });
  if (run.status !== 0) process.stderr.write(`${run.stdout}${run.stderr}`);
}
