import { z } from "zod";
import { countSchema, sha256HexSchema } from "./fields.ts";

/** Answers of the gateway that are JSON; everything else it sends is bytes. */

/** Any refusal; `code` is one of contracts/errors.ts. */
export const bulkErrorView = z.object({ code: z.string(), message: z.string() });

/** For each id that was asked for, in order: number of the pack in `packs`, number of the frame in it; null: nowhere. */
export const locateView = z.object({
  packs: z.array(sha256HexSchema),
  at: z.array(z.union([z.tuple([countSchema, countSchema]), z.null()])),
});
