"use client";

import { type SubmitEvent, useState } from "react";
import type { SnapshotView } from "../../contracts/snapshots.ts";
import { Button } from "../ui/button.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { Field } from "../ui/field.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";

/** Places a hold on one snapshot, with a reason that everybody sees who sees the snapshot. */
export function PlaceHold({ snapshot }: { readonly snapshot: SnapshotView }) {
  const [isOpen, setOpen] = useState(false);
  const { state, change } = usePortalChange(() => setOpen(false));
  const { companyId, snapshotId } = snapshot;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    void change(({ archive }) => archive.placeHold.mutate({ companyId, snapshotId, reason }));
  };
  if (!isOpen) {
    return (
      <Button onClick={() => setOpen(true)} aria-label={`Hold snapshot ${snapshotId}`}>
        Hold
      </Button>
    );
  }
  return (
    <form onSubmit={submit} className="grid min-w-[220px] gap-2">
      <Field
        label="Reason"
        name="reason"
        required
        maxLength={200}
        autoComplete="off"
        hint="A case number, not what is in the documents: the provider sees it."
      />
      <ChangeRefused state={state} />
      <div className="flex gap-2">
        <Button look="solid" type="submit" disabled={state.kind === "saving"}>
          {state.kind === "saving" ? "Saving" : "Place hold"}
        </Button>
        <Button onClick={() => setOpen(false)}>Cancel</Button>
      </div>
    </form>
  );
}
