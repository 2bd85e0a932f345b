import { type SubmitEvent, useId } from "react";
import { NAME_MAX_LENGTH } from "../../../contracts/limits.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { StepProblem } from "../onboarding/step-problem.tsx";
import type { VaultCalls } from "../runtime/protocol/vault-protocol.ts";
import type { CallClient } from "../runtime/rpc.ts";
import { MachineCommands } from "./machine-commands.tsx";
import { MachineProgress } from "./machine-progress.tsx";
import { useEnrolment } from "./use-enrolment.ts";

const LIVES = [
  { hours: 1, word: "1 hour" },
  { hours: 24, word: "1 day" },
  { hours: 168, word: "1 week" },
] as const;
const DEFAULT_HOURS = 24;

/** Makes a link in this browser, shows the command to run, and then how far the machine got. */
export function AddMachine({ vault }: { readonly vault: CallClient<VaultCalls> }) {
  const { shown, isMaking, progress, fault, make, startAnew } = useEnrolment(vault);
  const hoursId = useId();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    void make(String(fields.get("name")).trim() || null, Number(fields.get("hours")));
  };
  if (shown !== null) {
    return (
      <>
        <MachineCommands shown={shown} />
        <MachineProgress progress={progress} fault={fault} />
        {progress.state === "done" || progress.state === "expired" ? (
          <p>
            <Button onClick={startAnew}>{progress.state === "done" ? "Add another machine" : "Make a new link"}</Button>
          </p>
        ) : null}
      </>
    );
  }
  return (
    <form onSubmit={submit} className="grid max-w-[460px] gap-4">
      <p className="text-ink-2">The link is made in this browser. Whoever has it lets one machine in, once.</p>
      <Field
        label="Machine's name"
        name="name"
        maxLength={NAME_MAX_LENGTH}
        autoComplete="off"
        hint="Staff see it. Left empty, the machine names itself."
      />
      <div className="grid gap-1">
        <label htmlFor={hoursId} className="text-small text-ink-2">
          The link works for
        </label>
        <select
          id={hoursId}
          name="hours"
          defaultValue={DEFAULT_HOURS}
          className="h-9 rounded-control border border-control bg-surface px-3 text-label text-ink max-sm:h-11"
        >
          {LIVES.map(({ hours, word }) => (
            <option key={hours} value={hours}>
              {word}
            </option>
          ))}
        </select>
      </div>
      <StepProblem fault={fault} safe="No link was made." />
      <Button look="solid" size="large" type="submit" disabled={isMaking} className="justify-self-start">
        {isMaking ? "Making the link" : "Make the link"}
      </Button>
    </form>
  );
}
