"use client";

import { useRouter } from "next/navigation";
import type { SubmitEvent } from "react";
import { NAME_MAX_LENGTH } from "../../contracts/limits.ts";
import type { PolicyView } from "../../contracts/policies.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { Field } from "../ui/field.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";

/** Another name, and the end of a policy that no company has. */
export function ChangePolicy({ policy }: { readonly policy: PolicyView }) {
  const { policyId, name, companies } = policy;
  const router = useRouter();
  const renaming = usePortalChange();
  const removing = usePortalChange(() => router.push("/policies"));
  const rename = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = { policyId, name: String(new FormData(event.currentTarget).get("name")) };
    void renaming.change(({ policies }) => policies.rename.mutate(input));
  };
  return (
    <Card title="Name and end">
      <form onSubmit={rename} className="grid max-w-[560px] gap-3 px-4 pb-4">
        <Field
          label="Name"
          name="name"
          required
          maxLength={NAME_MAX_LENGTH}
          defaultValue={name}
          autoComplete="off"
          hint="The people of its companies see it, too."
        />
        <ChangeRefused state={renaming.state} />
        <div className="flex flex-wrap gap-3">
          <Button type="submit" disabled={renaming.state.kind === "saving"}>
            {renaming.state.kind === "saving" ? "Saving" : "Rename"}
          </Button>
          <Button
            disabled={companies.length > 0 || removing.state.kind === "saving"}
            onClick={() => void removing.change(({ policies }) => policies.remove.mutate({ policyId }))}
          >
            Remove policy
          </Button>
        </div>
        {companies.length === 0 ? null : (
          <p className="text-small text-ink-3">It can be removed when no company has it.</p>
        )}
        <ChangeRefused state={removing.state} />
      </form>
    </Card>
  );
}
