import type { MachineView, SourceView } from "../../contracts/machines.ts";
import type { RetentionView } from "../../contracts/retention.ts";
import { sourceLabel } from "../machines/source-label.ts";
import { Card } from "../ui/card.tsx";
import { RetentionRow } from "./retention-row.tsx";

export interface MachineRetention {
  readonly machine: RetentionView;
  readonly sources: readonly { readonly source: SourceView; readonly retention: RetentionView }[];
}

interface RetentionCardProps {
  readonly machine: MachineView;
  readonly retention: MachineRetention;
  readonly canEdit: boolean;
}

/** How long the snapshots of a machine and of each of its sources are kept. */
export function RetentionCard({ machine, retention, canEdit }: RetentionCardProps) {
  const { companyId, machineId } = machine;
  return (
    <Card
      title="Retention"
      note={
        canEdit ? "a source follows the machine unless it says otherwise" : "owners and the provider's admins change it"
      }
    >
      <ul>
        <RetentionRow
          name="This machine"
          subject={{ level: "machine", companyId, machineId }}
          retention={retention.machine}
          canEdit={canEdit}
        />
        {retention.sources.map(({ source, retention: own }) => (
          <RetentionRow
            key={source.sourceId}
            name={sourceLabel({ sourceKind: source.kind, sourceOrdinal: source.ordinal })}
            subject={{ level: "source", companyId, machineId, sourceId: source.sourceId }}
            retention={own}
            canEdit={canEdit}
          />
        ))}
      </ul>
    </Card>
  );
}
