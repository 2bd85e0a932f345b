import { setupCreatedView, setupCreateInput } from "../../contracts/setup.ts";
import { encodeUtf8 } from "../../engine/codec/text.ts";
import { createFirstStaff } from "../domain/person/create-first-staff.ts";
import type { ApiDeps } from "./api-deps.ts";
import { ApiError } from "./api-error.ts";
import { publicProcedure, router } from "./procedures.ts";
import { consumeRate } from "./rate-limits.ts";

/** The first account of an installation that was started bare. */
export const setupRouter = router({
  create: publicProcedure
    .input(setupCreateInput)
    .output(setupCreatedView)
    .mutation(async ({ ctx: { deps, clientAddress }, input }) => {
      await consumeRate(deps.rateLimits.setup, clientAddress);
      const { code, ...first } = input;
      await requireSetupCode(deps, code);
      await createFirstStaff(deps, first);
      await deps.acknowledge(null);
      return { isCreated: true };
    }),
});

/** Before the password is hashed: a stranger's tries cost next to nothing. @throws ApiError `setup_done`, `setup_code_wrong` */
async function requireSetupCode(deps: ApiDeps, code: string): Promise<void> {
  if ((await deps.store.findProvider())?.hasStaff) {
    throw new ApiError("setup_done", "This installation has its first account. Sign in with it.");
  }
  const expected = await deps.findSetupCodeHash();
  if (expected === null || !deps.primitives.isEqual(deps.primitives.sha256(encodeUtf8(code)), expected)) {
    throw new ApiError(
      "setup_code_wrong",
      "This is not the setup code. It stands in the terminal where Holdfast was started; each start prints a new one.",
    );
  }
}
