import type { MemberRole, StaffRole } from "../../contracts/viewer.ts";

/** Each role as people read it, and what it may do in a few words. */
export const ROLES: Readonly<Record<StaffRole | MemberRole, { readonly word: string; readonly meaning: string }>> = {
  admin: { word: "Admin", meaning: "runs the service, creates companies" },
  operator: { word: "Operator", meaning: "runs the service, creates companies" },
  auditor: { word: "Auditor", meaning: "sees the service, changes nothing" },
  owner: { word: "Owner", meaning: "holds the keys, enrols machines, restores" },
  restorer: { word: "Restorer", meaning: "restores" },
  viewer: { word: "Viewer", meaning: "sees states, restores nothing" },
};
