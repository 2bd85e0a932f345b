import { LoadingLine } from "../frame/loading-line.tsx";
import { sourceWord } from "../places/source-word.ts";
import { usePlaces, useSnapshots, useSourceNames } from "../places/use-places.ts";
import type { SourceRoute } from "../route/route.ts";
import { goTo } from "../route/use-route.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { FaultNote } from "../vault/fault-note.tsx";
import { useVault } from "../vault/vault-context.ts";
import { BrowseLayout } from "./browse-layout.tsx";
import { findMachine } from "./company-screen.tsx";
import { LockedSource } from "./locked-source.tsx";
import { NoSnapshot } from "./no-snapshot.tsx";
import { OpenSource } from "./open-source.tsx";
import type { SourceScene } from "./source-scene.ts";

/** One source in time: clear what is clear, and its names once the vault is open. */
export function SourceScreen({ route }: { readonly route: SourceRoute }) {
  const { person, isOpen } = useVault();
  const { machineId, sourceId } = route;
  const asked = usePlaces();
  const snapshots = useSnapshots([{ machineId, sourceId }]);
  const names = useSourceNames([machineId]);
  const places = asked.value ?? [];
  const found = findMachine(places, machineId);
  const source = found?.sources.find((one) => one.sourceId === sourceId);
  const points = snapshots.value?.[sourceId] ?? [];
  const point =
    (route.snapshotId === null ? points.at(-1) : points.find(({ snapshotId }) => snapshotId === route.snapshotId)) ??
    null;
  const scene: SourceScene = {
    route: point === null ? route : { ...route, snapshotId: point.snapshotId },
    places,
    names,
    points,
    point,
    start: [
      { word: "Restore", href: "#/" },
      { word: person.companyName, href: "#/" },
      { word: found?.machine.name ?? "Machine", href: `#/m/${machineId}` },
    ],
    sourceName: source === undefined ? "Source" : sourceWord(source, names),
  };
  if (point !== null && point.problem === null)
    return isOpen ? <OpenSource scene={scene} /> : <LockedSource scene={scene} />;
  const fault = asked.fault ?? snapshots.fault;
  return (
    <BrowseLayout
      crumbs={[...scene.start, { word: scene.sourceName, href: null }]}
      places={places}
      names={names}
      detail={null}
      timeline={
        <Timeline
          points={points}
          current={point}
          onGo={({ snapshotId }) => goTo({ ...route, snapshotId, steps: [], document: null }, true)}
        />
      }
    >
      {fault !== null ? (
        <FaultNote title="The snapshots could not be listed." fault={fault} onRetry={snapshots.retry} />
      ) : snapshots.value === undefined ? (
        <LoadingLine label="Reading the snapshots" />
      ) : (
        <NoSnapshot
          problem={point?.problem ?? null}
          isWanted={route.snapshotId !== null}
          newest={points.at(-1)}
          route={route}
        />
      )}
    </BrowseLayout>
  );
}
