import Link from "next/link";
import type { StaffRole } from "../../contracts/viewer.ts";
import { buttonClass } from "../ui/button.tsx";

/** The way to a new company, or why this person has none. */
export function CreateCompanyLink({ role }: { readonly role: StaffRole }) {
  if (role === "auditor") return <p className="text-small text-ink-3">Admins and operators create companies.</p>;
  return (
    <Link href="/companies/new" className={buttonClass("solid")}>
      Create company
    </Link>
  );
}
