import type { CompanyId, MachineId } from "../../contracts/ids.ts";

/** Staff reach a machine through its company, members directly. */
export function machineHref(
  machine: { readonly companyId: CompanyId; readonly machineId: MachineId },
  audience: "staff" | "member",
): string {
  return audience === "staff"
    ? `/companies/${machine.companyId}/machines/${machine.machineId}`
    : `/machines/${machine.machineId}`;
}
