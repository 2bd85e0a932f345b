import { listCompanyRows } from "../company/company-rows.ts";
import { CompanyTable } from "../company/company-table.tsx";
import type { Crumb } from "../frame/crumbs.tsx";
import { LoadingLine } from "../frame/loading-line.tsx";
import { usePlaces, useSnapshots, useSourceNames } from "../places/use-places.ts";
import type { VaultRoute } from "../route/route.ts";
import { goTo } from "../route/use-route.ts";
import type { MachinePlace } from "../runtime/protocol/reading-calls.ts";
import { newestAt } from "../timeline/describe-snapshot.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { UnfinishedRestores } from "../unfinished/unfinished-restores.tsx";
import { FaultNote } from "../vault/fault-note.tsx";
import { useVault } from "../vault/vault-context.ts";
import { BrowseLayout } from "./browse-layout.tsx";

type MomentRoute = Extract<VaultRoute, { kind: "company" | "machine" }>;

/** The company or one machine as of a moment: for each source the newest snapshot at or before it. */
export function CompanyScreen({ route }: { readonly route: MomentRoute }) {
  const { person, isOpen } = useVault();
  const asked = usePlaces();
  const places = asked.value ?? [];
  const machineId = route.kind === "machine" ? route.machineId : null;
  const chosen = places.filter(({ machine }) => machineId === null || machine.machineId === machineId);
  const sources = chosen.flatMap(({ machine, sources }) =>
    sources.map(({ sourceId }) => ({ machineId: machine.machineId, sourceId })),
  );
  const snapshots = useSnapshots(sources);
  const names = useSourceNames(chosen.map(({ machine }) => machine.machineId));
  const points = Object.values(snapshots.value ?? {})
    .flat()
    .toSorted((a, b) => a.receivedAtMs - b.receivedAtMs);
  const rows = listCompanyRows({ places: chosen, snapshots: snapshots.value ?? {}, names, atMs: route.atMs });
  const fault = asked.fault ?? snapshots.fault;
  const machineName = machineId === null ? null : (chosen[0]?.machine.name ?? "");
  return (
    <BrowseLayout
      crumbs={crumbsOf(person.companyName, machineName)}
      places={places}
      names={names}
      timeline={
        <Timeline
          points={points}
          current={newestAt(points, route.atMs) ?? null}
          onGo={(point) => {
            const isNewest = point === points.at(-1);
            goTo({ ...route, atMs: isNewest ? null : point.receivedAtMs }, true);
          }}
        />
      }
    >
      {isOpen && route.kind === "company" ? <UnfinishedRestores /> : null}
      {fault !== null ? (
        <FaultNote
          title="The machines could not be listed."
          fault={fault}
          onRetry={asked.fault === null ? snapshots.retry : asked.retry}
        />
      ) : asked.value === undefined || (sources.length > 0 && snapshots.value === undefined) ? (
        <LoadingLine label="Reading machines and snapshots" />
      ) : (
        <CompanyTable rows={rows} machineId={machineId} machineName={machineName} atMs={route.atMs} />
      )}
    </BrowseLayout>
  );
}

function crumbsOf(companyName: string, machineName: string | null): Crumb[] {
  const start: Crumb = { word: "Restore", href: "#/" };
  if (machineName === null) return [start, { word: companyName, href: null }];
  return [start, { word: companyName, href: "#/" }, { word: machineName, href: null }];
}

/** A machine of the company by its id. */
export function findMachine(places: readonly MachinePlace[], machineId: string): MachinePlace | undefined {
  return places.find(({ machine }) => machine.machineId === machineId);
}
