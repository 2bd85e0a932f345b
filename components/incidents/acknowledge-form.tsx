"use client";

import { type SubmitEvent, useState } from "react";
import { INCIDENT_NOTE_MAX_LENGTH } from "../../contracts/incidents.ts";
import { hasCode } from "../../server/api/client/portal-client.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";

interface AcknowledgeFormProps {
  readonly incidentId: string;
  /** Names the incident for those who hear the button alone. */
  readonly what: string;
  readonly note: string | null;
  readonly isAcknowledged: boolean;
}

/** A button that opens one line for a note; sending it says that somebody knows. */
export function AcknowledgeForm({ incidentId, what, note, isAcknowledged }: AcknowledgeFormProps) {
  const [isOpen, setOpen] = useState(false);
  const { state, change } = usePortalChange(() => setOpen(false));
  if (!isOpen) {
    const word = isAcknowledged ? "Change note" : "Acknowledge";
    return (
      <Button onClick={() => setOpen(true)} aria-label={`${word}: ${what}`}>
        {word}
      </Button>
    );
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get("note"));
    void change(({ incidents }) =>
      incidents.acknowledge.mutate({ incidentId, note }).catch((error: unknown) => {
        // It has closed meanwhile: the page says so by itself.
        if (!hasCode(error, "incident_closed")) throw error;
      }),
    );
  };
  return (
    <form onSubmit={submit} className="grid w-[260px] gap-2 py-1">
      <Field
        label="Note, for everybody who sees this"
        name="note"
        defaultValue={note ?? ""}
        maxLength={INCIDENT_NOTE_MAX_LENGTH}
        autoComplete="off"
        problem={state.kind === "refused" ? `Not noted: ${state.message}` : null}
      />
      <div className="flex gap-2">
        <Button look="solid" type="submit" disabled={state.kind === "saving"}>
          {state.kind === "saving" ? "Saving" : "Save"}
        </Button>
        <Button onClick={() => setOpen(false)}>Cancel</Button>
      </div>
    </form>
  );
}
