"use client";

import type { CompanyId } from "../../contracts/ids.ts";
import type { HoldView } from "../../contracts/retention.ts";
import { Moment } from "../format/moment.tsx";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";

interface HoldsCardProps {
  readonly companyId: CompanyId;
  readonly holds: readonly HoldView[];
  readonly canEdit: boolean;
}

/** Snapshots that outlive their retention. */
export function HoldsCard({ companyId, holds, canEdit }: HoldsCardProps) {
  const { state, change } = usePortalChange();
  return (
    <Card title="Legal holds" note="newest first">
      {holds.length === 0 ? (
        <EmptyState title="Nothing is under a hold">
          <p>A hold is placed on the page of a machine, beside a snapshot.</p>
        </EmptyState>
      ) : (
        <ul>
          {holds.map((hold) => (
            <li
              key={hold.holdId}
              className="flex flex-wrap items-center gap-x-6 gap-y-2 border-t border-line px-4 py-3"
            >
              <span className="min-w-[120px] font-[560]">{hold.machineName}</span>
              <span className="min-w-0 flex-1 basis-[240px]">
                {hold.reason}
                <span className="block text-small text-ink-3">
                  of <Moment at={hold.receivedAt} />, held since <Moment at={hold.placedAt} />
                </span>
              </span>
              {canEdit ? (
                <Button
                  disabled={state.kind === "saving"}
                  aria-label={`Lift the hold on ${hold.machineName}: ${hold.reason}`}
                  onClick={() =>
                    void change(({ archive }) => archive.liftHold.mutate({ companyId, holdId: hold.holdId }))
                  }
                >
                  Lift
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      <div className="px-4 pb-3 empty:hidden">
        <ChangeRefused state={state} />
      </div>
    </Card>
  );
}
