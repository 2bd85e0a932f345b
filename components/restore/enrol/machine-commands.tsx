import { installLine } from "../../../contracts/agent-release.ts";
import { Moment } from "../../format/moment.tsx";
import { Command } from "../../ui/command.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import type { EnrolmentShown } from "../runtime/protocol/owner-calls.ts";
import { useInstaller } from "./use-installer.ts";

/** What to run on the machine; the link in it is shown this once. */
export function MachineCommands({ shown }: { readonly shown: EnrolmentShown }) {
  return (
    <div className="grid gap-2">
      <p className="text-ink-2">
        Run one of these on the machine before <Moment at={new Date(shown.expiresAtMs)} />. The link works once, and is
        not shown again.
      </p>
      <InstallLine link={shown.link} />
      <p className="mt-2 text-ink-2">On a machine that has the agent:</p>
      <Command>{shown.command}</Command>
      <CopyButton text={shown.command} label="Copy the command" />
      <p className="mt-2 text-ink-2">Then back up what matters, as a folder of documents:</p>
      <Command>holdfast agent backup PATH</Command>
    </div>
  );
}

/** The one line for a machine that has nothing of ours yet. */
export function InstallLine({ link }: { readonly link: string }) {
  const installer = useInstaller();
  if (installer.state !== "there") {
    return (
      <p className="text-small text-ink-3">
        {installer.state === "asking"
          ? "Looking for the agent that this portal offers."
          : "This portal offers no agent yet. If it has just started, it is being packed, and the line appears here."}
      </p>
    );
  }
  const line = installLine({ link, installerSha256: installer.installerSha256 });
  return (
    <>
      <p className="text-ink-2">
        On a Linux machine without the agent: installs agent {installer.version}, checks what it fetched, and starts it.
        As root for the whole machine, else for that user.
      </p>
      <Command>{line}</Command>
      <CopyButton text={line} label="Copy the line" />
    </>
  );
}
