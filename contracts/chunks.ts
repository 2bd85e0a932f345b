import { z } from "zod";

const packIds = z.array(z.string().regex(/^[0-9a-f]{64}$/));
/** Place of the pack in `packs`, and the number of the frame in its directory. */
const place = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

/** Answer of `POST /bulk/v1/locate`: for each id, in order, one place or null. */
export const locatedChunksView = z.strictObject({ packs: packIds, at: z.array(place.nullable()) });
export type LocatedChunksView = z.infer<typeof locatedChunksView>;

/** Answer of `POST /bulk/v1/locate-copies`: for each id, in order, all places that are worth a try, the best first. */
export const locatedCopiesView = z.strictObject({ packs: packIds, at: z.array(z.array(place)) });
export type LocatedCopiesView = z.infer<typeof locatedCopiesView>;
