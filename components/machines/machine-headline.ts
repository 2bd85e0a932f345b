import type { MachineView } from "../../contracts/machines.ts";
import { formatCount } from "../format/format-bytes.ts";
import { describeCopies } from "../status/describe-copies.ts";

/** The answer about one machine, as its page's headline. */
export function machineHeadline(machine: MachineView): string {
  const { name, lastSnapshot } = machine;
  switch (machine.state) {
    case "never":
      return `${name} has no snapshot yet.`;
    case "failed":
      return `The last run of ${name} failed.`;
    case "running":
      return `${name} is being backed up.`;
    case "gaps":
      return `${name} is backed up, without ${objects(lastSnapshot?.gaps ?? 0)}.`;
    case "protected":
      return `${name} is protected${lastSnapshot === null ? "" : inZones(lastSnapshot.copies)}.`;
  }
}

function objects(count: number): string {
  return count === 1 ? "1 object that could not be read" : `${formatCount(count)} objects that could not be read`;
}

function inZones(copies: NonNullable<MachineView["lastSnapshot"]>["copies"]): string {
  const words = describeCopies(copies);
  return words === "both" ? " in both zones" : `, in ${words}`;
}

/** The answer about all machines of a company: "5 of 6 machines are safe. bim-ws-04 needs you." */
export function machinesHeadline(machines: readonly MachineView[], isAll: boolean): string {
  if (machines.length === 0) return "No machine is protected yet.";
  const isSafe = (machine: MachineView) =>
    machine.state === "protected" || (machine.state === "running" && machine.lastSnapshot !== null);
  const unsafe = machines.filter((machine) => !isSafe(machine));
  const total = machines.length;
  const safe = total - unsafe.length;
  const shown = isAll ? "" : "shown ";
  const first = unsafe[0];
  if (first === undefined)
    return total === 1 ? `${machines[0]?.name} is safe.` : `All ${formatCount(total)} ${shown}machines are safe.`;
  const who =
    unsafe.length === 1 ? `${first.name} needs you.` : `${first.name} and ${unsafe.length - 1} more need you.`;
  return `${formatCount(safe)} of ${formatCount(total)} ${shown}${total === 1 ? "machine is" : "machines are"} safe. ${who}`;
}
