import { useEffect } from "react";
import { Command } from "../../ui/command.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { InstallLine } from "./machine-commands.tsx";

/** An enrolment link that was opened in a browser: it is for a machine, and still unused. */
export function LinkScreen({ link }: { readonly link: string }) {
  const command = `holdfast agent enrol '${link}'`;
  useEffect(() => {
    document.title = "A link for a machine, Holdfast";
  }, []);
  return (
    <main className="mx-auto grid max-w-[620px] gap-3 px-4 py-24 max-sm:py-8">
      <h1 className="text-headline font-semibold">This link is for a machine, not for a browser.</h1>
      <p className="text-ink-2">
        Opening it here changed nothing, and sent its secret nowhere. Run one of these on the machine that is to be
        backed up:
      </p>
      <InstallLine link={link} />
      <p className="text-ink-2">Or, where the agent is installed:</p>
      <Command>{command}</Command>
      <CopyButton text={command} label="Copy the command" />
      <p className="text-small text-ink-3">
        It works once. Whoever runs it first lets a machine of theirs in, so do not pass the link on.
      </p>
    </main>
  );
}
