import { Moment } from "../../format/moment.tsx";
import { Command } from "../../ui/command.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import type { EnrolmentShown } from "../runtime/protocol/owner-calls.ts";

/** What to run on the machine; the link in it is shown this once. */
export function MachineCommands({ shown }: { readonly shown: EnrolmentShown }) {
  return (
    <div className="grid gap-2">
      <p className="text-ink-2">
        Run this on the machine before <Moment at={new Date(shown.expiresAtMs)} />. It works once, and is not shown
        again.
      </p>
      <Command>{shown.command}</Command>
      <CopyButton text={shown.command} label="Copy the command" />
      <p className="mt-2 text-ink-2">Then back up what matters, as a folder of documents:</p>
      <Command>holdfast agent backup PATH</Command>
    </div>
  );
}
