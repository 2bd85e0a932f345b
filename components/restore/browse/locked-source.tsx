import { formatBytes, formatCount } from "../../format/format-bytes.ts";
import { SealedTable } from "../folder/sealed-table.tsx";
import { goTo } from "../route/use-route.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { BrowseLayout } from "./browse-layout.tsx";
import type { SourceScene } from "./source-scene.ts";

/** What the provider sees of it, too: times and totals stand, names are bars. */
export function LockedSource({ scene }: { readonly scene: SourceScene }) {
  const { route, point, points } = scene;
  return (
    <BrowseLayout
      crumbs={[...scene.start, { word: scene.sourceName, href: null }]}
      isSealed
      places={scene.places}
      names={scene.names}
      detail={null}
      timeline={
        <Timeline
          points={points}
          current={point}
          // Steps hold in one snapshot only, and which others lead to the same place is sealed.
          onGo={({ snapshotId }) => goTo({ ...route, snapshotId, steps: [], document: null }, true)}
        />
      }
    >
      <div className="flex flex-wrap items-center gap-x-3 px-4 py-3">
        <h2 className="text-title font-semibold">Sealed</h2>
        <p className="text-small text-ink-2">
          This snapshot: {formatCount(point?.files ?? 0)} documents, {formatBytes(point?.bytes ?? 0)}. Which, how large,
          of when: unlock to see.
        </p>
      </div>
      <SealedTable />
    </BrowseLayout>
  );
}
