"use client";

import { type SubmitEvent, useRef } from "react";
import { NAME_MAX_LENGTH } from "../../contracts/limits.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { Field } from "../ui/field.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";

/** A policy begins with a name, and sets nothing. */
export function CreatePolicy() {
  const form = useRef<HTMLFormElement>(null);
  const { state, change } = usePortalChange(() => form.current?.reset());
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    void change(({ policies }) => policies.create.mutate({ name }));
  };
  return (
    <Card title="Create a policy" note="it sets nothing at first">
      <form ref={form} onSubmit={submit} className="grid max-w-[560px] gap-3 px-4 pb-4">
        <Field
          label="Name"
          name="name"
          required
          maxLength={NAME_MAX_LENGTH}
          autoComplete="off"
          hint="The people of its companies see it, too."
        />
        <ChangeRefused state={state} />
        <p>
          <Button look="solid" type="submit" disabled={state.kind === "saving"}>
            {state.kind === "saving" ? "Creating" : "Create policy"}
          </Button>
        </p>
      </form>
    </Card>
  );
}
