"use client";

import type { IncidentView } from "../../contracts/incidents.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { machineHref } from "../machines/machine-href.ts";
import { sourceLabel } from "../machines/source-label.ts";
import { INCIDENT_STATUS } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { CellLink } from "../tables/cell-link.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { isPart, type ListState } from "../tables/list-state.ts";
import { NoMatch } from "../tables/no-match.tsx";
import type { WayOut } from "../tables/ways-out.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { AcknowledgeForm } from "./acknowledge-form.tsx";
import { INCIDENT_KIND_WORDS, incidentSentence, incidentWayOut } from "./incident-words.ts";

/** An incident, and who looks at it. */
interface IncidentLine extends IncidentView {
  readonly audience: "staff" | "member";
  readonly canAcknowledge: boolean;
}

const column = columnsOf<IncidentLine>();

const COLUMNS = column.columns([
  column.accessor("state", {
    id: "need",
    header: "State",
    cell: ({ row: { original } }) => <StatusMark status={INCIDENT_STATUS[original.state]} />,
  }),
  column.accessor("kind", {
    id: "kind",
    header: "What",
    enableSorting: false,
    cell: ({ row: { original } }) => <What incident={original} />,
  }),
  column.accessor((incident) => incident.companyName ?? "", {
    id: "company",
    header: "Where",
    cell: ({ row: { original } }) => <Where incident={original} />,
  }),
  column.accessor((incident) => incident.openedAt.getTime(), {
    id: "opened",
    header: "Opened",
    cell: ({ row: { original } }) => <Opened incident={original} />,
  }),
  column.display({
    id: "acknowledged",
    header: "Who knows of it",
    cell: ({ row: { original } }) => <Acknowledged incident={original} />,
  }),
]);

interface IncidentsTableProps {
  readonly rows: readonly IncidentView[];
  readonly list: ListState;
  readonly nextHref: string | null;
  readonly waysOut: readonly WayOut[];
  readonly audience: "staff" | "member";
  readonly canAcknowledge: boolean;
}

export function IncidentsTable({ rows, list, nextHref, waysOut, audience, canAcknowledge }: IncidentsTableProps) {
  return (
    <DataTable
      label="Incidents"
      columns={COLUMNS}
      rows={rows.map((row) => ({ ...row, audience, canAcknowledge }))}
      rowKey={(incident) => incident.incidentId}
      list={list}
      nextHref={nextHref}
      empty={
        isPart(list) ? (
          <NoMatch state={list} what="incidents" waysOut={waysOut} />
        ) : (
          <EmptyState title="There was no incident yet">
            <p>
              What a person should know stands here, such as a backup that did not begin. It is open until its cause is
              over, and closes by itself.
            </p>
          </EmptyState>
        )
      }
    />
  );
}

function What({ incident }: { readonly incident: IncidentLine }) {
  return (
    <span className="block min-w-[220px] max-w-[52ch]">
      <span className="block font-[560]">{INCIDENT_KIND_WORDS[incident.kind]}</span>
      <span className="block">{incidentSentence(incident)}</span>
      {incident.state === "closed" ? null : (
        <span className="block text-small text-ink-3">{incidentWayOut(incident.kind)}</span>
      )}
    </span>
  );
}

function Where({ incident }: { readonly incident: IncidentLine }) {
  const { companyId, companyName, machine, audience, kind } = incident;
  if (companyId === null) return <CellLink href="/zones">{`Zone ${incident.zoneOrdinal ?? "?"}`}</CellLink>;
  const company = audience === "staff" ? (companyName ?? "") : null;
  if (machine !== null) {
    const note = [company, machine.source === null ? null : sourceLabel(machine.source)].filter(
      (each) => each !== null,
    );
    return (
      <CellLink href={machineHref({ companyId, ...machine }, audience)} note={note.join(", ")}>
        {machine.machineName}
      </CellLink>
    );
  }
  if (company === null) return "The whole company";
  return <CellLink href={kind === "copies_lost" ? "/zones/findings" : `/companies/${companyId}`}>{company}</CellLink>;
}

function Opened({ incident: { openedAt, closedAt } }: { readonly incident: IncidentLine }) {
  return (
    <span className="block">
      <Moment at={openedAt} />
      <span className="block text-small whitespace-nowrap text-ink-3">
        {closedAt === null ? (
          <Ago at={openedAt} />
        ) : (
          <>
            closed <Moment at={closedAt} />
          </>
        )}
      </span>
    </span>
  );
}

function Acknowledged({ incident }: { readonly incident: IncidentLine }) {
  const { acknowledged, state, incidentId, canAcknowledge } = incident;
  return (
    <span className="grid justify-items-start gap-1">
      {acknowledged === null ? null : (
        <span className="block max-w-[40ch] break-words">
          {acknowledged.note}
          <span className="block text-small text-ink-3">
            {acknowledged.email ?? "your provider"}, <Moment at={acknowledged.at} />
          </span>
        </span>
      )}
      {state === "closed" || !canAcknowledge ? null : (
        <AcknowledgeForm
          incidentId={incidentId}
          what={`${INCIDENT_KIND_WORDS[incident.kind]}, ${incident.machine?.machineName ?? incident.companyName ?? "zone"}`}
          note={acknowledged?.note ?? null}
          isAcknowledged={acknowledged !== null}
        />
      )}
    </span>
  );
}
