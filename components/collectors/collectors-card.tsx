"use client";

import Link from "next/link";
import type { CollectorView } from "../../contracts/collectors.ts";
import type { CompanyId } from "../../contracts/ids.ts";
import { Moment } from "../format/moment.tsx";
import { machineHref } from "../machines/machine-href.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";
import { collectorStatus, problemSentence } from "./collector-words.ts";

interface CollectorsCardProps {
  readonly companyId: CompanyId;
  readonly collectors: readonly CollectorView[];
  readonly canEdit: boolean;
}

/** The collectors of a company as staff see them. */
export function CollectorsCard({ companyId, collectors, canEdit }: CollectorsCardProps) {
  const { state, change } = usePortalChange();
  return (
    <Card title="Collectors" note="newest first">
      {collectors.length === 0 ? (
        <EmptyState title="No hosted data is backed up">
          <p>A collector backs up a folder that you host for this company, once one of its owners has consented.</p>
        </EmptyState>
      ) : (
        <ul>
          {collectors.map((collector) => (
            <CollectorLine key={collector.collectorId} companyId={companyId} collector={collector}>
              {canEdit && collector.state !== "ended" ? (
                <Button
                  disabled={state.kind === "saving"}
                  aria-label={`Remove the collector ${collector.name}`}
                  onClick={() => {
                    const { collectorId } = collector;
                    void change(({ collectors: calls }) => calls.end.mutate({ companyId, collectorId }));
                  }}
                >
                  Remove
                </Button>
              ) : null}
            </CollectorLine>
          ))}
        </ul>
      )}
      <div className="px-4 pb-3 empty:hidden">
        <ChangeRefused state={state} />
      </div>
    </Card>
  );
}

function CollectorLine(props: {
  readonly companyId: CompanyId;
  readonly collector: CollectorView;
  readonly children: React.ReactNode;
}) {
  const { collector, companyId } = props;
  const { name, path, machineId, consentedAt, proposedAt, endedAt } = collector;
  const problem = problemSentence(collector);
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 border-t border-line px-4 py-3">
      <span className="min-w-[140px] font-[560]">
        {machineId === null ? (
          name
        ) : (
          <Link
            className="rounded-key hover:text-accent hover:underline"
            href={machineHref({ machineId, companyId }, "staff")}
          >
            {name}
          </Link>
        )}
      </span>
      <span className="min-w-0 flex-1 basis-[260px]">
        <span className="font-mono text-label break-all">{path}</span>
        <span className="block text-small text-ink-3">
          {endedAt !== null ? "ended " : consentedAt !== null ? "consented " : "proposed "}
          <Moment at={endedAt ?? consentedAt ?? proposedAt} />
        </span>
        {problem === null ? null : <span className="block text-small text-late">{problem}</span>}
      </span>
      <StatusMark status={collectorStatus(collector)} />
      {props.children}
    </li>
  );
}
