import { z } from "zod";
import { companyIdSchema, personIdSchema } from "./ids.ts";

export const STAFF_ROLES = ["admin", "operator", "auditor"] as const;
export const MEMBER_ROLES = ["owner", "restorer", "viewer"] as const;

export const staffRoleSchema = z.enum(STAFF_ROLES);
export const memberRoleSchema = z.enum(MEMBER_ROLES);
export type StaffRole = z.infer<typeof staffRoleSchema>;
export type MemberRole = z.infer<typeof memberRoleSchema>;

/** Who asks: a person of the provider. Sees every company, reads nobody's documents. */
export const staffViewerSchema = z.strictObject({
  kind: z.literal("staff"),
  personId: personIdSchema,
  role: staffRoleSchema,
  companyId: z.null(),
});

/** Who asks: a person of one company. */
export const memberViewerSchema = z.strictObject({
  kind: z.literal("member"),
  personId: personIdSchema,
  role: memberRoleSchema,
  companyId: companyIdSchema,
});

export const viewerSchema = z.discriminatedUnion("kind", [staffViewerSchema, memberViewerSchema]);
export type StaffViewer = z.infer<typeof staffViewerSchema>;
export type MemberViewer = z.infer<typeof memberViewerSchema>;
export type Viewer = z.infer<typeof viewerSchema>;
