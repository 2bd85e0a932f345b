import type { MemberRole } from "../../contracts/viewer.ts";
import { buttonClass } from "../ui/button.tsx";

/** The way to a new machine. Its link is signed with the company's keys, so it leads into the vault. */
export function AddMachineLink({ role }: { readonly role: MemberRole }) {
  if (role !== "owner") return <p className="text-small text-ink-3">Owners let machines in.</p>;
  return (
    <a href="/vault/#/enrol" className={buttonClass("solid")}>
      Add a machine
    </a>
  );
}
