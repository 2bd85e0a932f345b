/** True when a row was not written because its unique value is taken; told by Prisma's code. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2002";
}
