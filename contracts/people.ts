import { z } from "zod";
import { orderedInput, pageView } from "./fields.ts";
import { companyIdSchema, personIdSchema } from "./ids.ts";
import { memberRoleSchema, staffRoleSchema } from "./viewer.ts";

export const PERSON_SORTS = ["email", "role", "company", "created"] as const;
export type PersonSort = (typeof PERSON_SORTS)[number];

/** `staff` shows the provider's own people, `member` those of companies. */
export const personListInput = z.strictObject({
  companyId: companyIdSchema.optional(),
  kind: z.enum(["staff", "member"]).optional(),
  ...orderedInput(PERSON_SORTS),
});
export type PersonListInput = z.input<typeof personListInput>;

export const personView = z.strictObject({
  personId: personIdSchema,
  email: z.string(),
  kind: z.enum(["staff", "member"]),
  role: z.union([staffRoleSchema, memberRoleSchema]),
  /** Null for staff. */
  companyId: companyIdSchema.nullable(),
  companyName: z.string().nullable(),
  createdAt: z.date(),
});
export type PersonView = z.infer<typeof personView>;
export const personPageView = pageView(personView);
export type PersonPageView = z.infer<typeof personPageView>;
