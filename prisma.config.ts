import { defineConfig } from "prisma/config";

/** For the Prisma CLI alone; the product applies prisma/migrations by its own runner. */
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "postgresql://localhost:5432/holdfast" },
});
