import type { CompanyId } from "../../../contracts/ids.ts";
import { ClientError } from "./client-error.ts";
import type { PersonSession } from "./open-session.ts";

/** Whose holds are meant: a member's own company, what staff name. @throws ClientError `usage` */
export function heldCompanyOf({ viewer }: PersonSession, named: CompanyId | undefined): CompanyId {
  if (viewer.kind === "member") return viewer.companyId;
  if (named === undefined) throw new ClientError("usage", "name the company with --company");
  return named;
}
