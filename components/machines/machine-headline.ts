import type { MachineState, MachineView } from "../../contracts/machines.ts";
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

/** How many machines are in which state, and the one that needs somebody first. */
export interface MachinesAnswer {
  /** One whose first run is open counts as `never`. */
  readonly counts: Readonly<Record<MachineState, number>>;
  readonly first: MachineView | undefined;
}

/** The answer about all machines: "5 of 6 machines are safe. bim-ws-04 needs you." */
export function machinesHeadline({ counts, first }: MachinesAnswer): string {
  const safe = counts.protected + counts.running;
  const unsafe = counts.failed + counts.gaps + counts.never;
  const total = safe + unsafe;
  if (total === 0 || first === undefined) return "No machine is protected yet.";
  if (unsafe === 0) return total === 1 ? `${first.name} is safe.` : `All ${formatCount(total)} machines are safe.`;
  const who = unsafe === 1 ? `${first.name} needs you.` : `${first.name} and ${formatCount(unsafe - 1)} more need you.`;
  return `${formatCount(safe)} of ${formatCount(total)} ${total === 1 ? "machine is" : "machines are"} safe. ${who}`;
}
