import { z } from "zod";

/** Any refusal of the gateway; `code` is one of contracts/errors.ts. */
export const bulkErrorView = z.object({ code: z.string(), message: z.string() });
