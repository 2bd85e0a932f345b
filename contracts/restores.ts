import { z } from "zod";

/** Opens the gateway's read side for one person of one company; every opening is audited. */
export const restoreOpenInput = z.strictObject({});
export const restoreOpenedView = z.strictObject({ bulkToken: z.string(), expiresAt: z.date() });
export type RestoreOpenedView = z.infer<typeof restoreOpenedView>;
