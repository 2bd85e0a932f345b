import { z } from "zod";
import { emailSchema, nameSchema, newPasswordSchema } from "./fields.ts";

/** Longer is no code, whatever it is. */
const CODE_MAX_LENGTH = 100;
const TIME_ZONE_MAX_LENGTH = 64;

/** Whoever started an installation without staff makes it theirs: the one step before anybody can sign in. */
export const setupCreateInput = z.strictObject({
  /** As printed where the service was started. */
  code: z.string().trim().min(1, "must not be empty").max(CODE_MAX_LENGTH),
  providerName: nameSchema,
  email: emailSchema,
  password: newPasswordSchema,
  /** IANA name, as the browser says it: the default schedule's noon and midnight are read on its clocks. */
  timeZone: z.string().max(TIME_ZONE_MAX_LENGTH).optional(),
});
export type SetupCreateInput = z.input<typeof setupCreateInput>;

export const setupCreatedView = z.strictObject({ isCreated: z.literal(true) });
