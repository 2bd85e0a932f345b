"use client";

import { type SubmitEvent, useRef } from "react";
import type { CompanyId } from "../../contracts/ids.ts";
import { NAME_MAX_LENGTH } from "../../contracts/limits.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { Field } from "../ui/field.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";

/** Asks the company's owners to let the provider back up a folder that it hosts. */
export function ProposeCollector(props: { readonly companyId: CompanyId; readonly roots: readonly string[] }) {
  const { companyId, roots } = props;
  const form = useRef<HTMLFormElement>(null);
  const { state, change } = usePortalChange(() => form.current?.reset());
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const [name, path] = [String(fields.get("name")), String(fields.get("path"))];
    void change(({ collectors }) => collectors.propose.mutate({ companyId, name, path }));
  };
  return (
    <Card title="Back up hosted data" note="nothing is read before an owner consents">
      {roots.length === 0 ? (
        <p className="px-4 pb-4 text-ink-2">
          This service may not read any folder. Start it with{" "}
          <code className="font-mono text-label">HOLDFAST_COLLECTOR_ROOTS=/srv/hosted</code>, the folder below which
          hosted data is mounted.
        </p>
      ) : (
        <form ref={form} onSubmit={submit} className="grid max-w-[560px] gap-3 px-4 pb-4">
          <Field
            label="Name"
            name="name"
            required
            maxLength={NAME_MAX_LENGTH}
            autoComplete="off"
            hint="Of the machine that it becomes in the portal."
          />
          <Field
            label="Folder"
            name="path"
            required
            autoComplete="off"
            spellCheck={false}
            placeholder={`${roots[0]}/acme`}
            hint={`On the service's machine, below ${roots.join(" or ")}.`}
          />
          <ChangeRefused state={state} />
          <p>
            <Button look="solid" type="submit" disabled={state.kind === "saving"}>
              {state.kind === "saving" ? "Asking" : "Ask the owners"}
            </Button>
          </p>
        </form>
      )}
    </Card>
  );
}
