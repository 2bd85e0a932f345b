import { z } from "zod";
import { emailSchema, passwordSchema } from "./fields.ts";
import { viewerSchema } from "./viewer.ts";

export const sessionCreateInput = z.strictObject({ email: emailSchema, password: passwordSchema });
export type SessionCreateInput = z.input<typeof sessionCreateInput>;

/** `sessionToken` goes into `authorization: Bearer <sessionToken>`; it is shown once. */
export const sessionView = z.strictObject({
  sessionToken: z.string(),
  expiresAt: z.date(),
  viewer: viewerSchema,
});
export type SessionView = z.infer<typeof sessionView>;

/** The person behind the request, with what the shell shows; null for a visitor. */
export const sessionViewerView = z
  .strictObject({
    viewer: viewerSchema,
    email: z.string(),
    /** Name of the member's company; null for staff. */
    companyName: z.string().nullable(),
    providerName: z.string(),
  })
  .nullable();
export type SessionViewerView = z.infer<typeof sessionViewerView>;

export const sessionEndView = z.strictObject({ isEnded: z.literal(true) });
