import { DocumentPane } from "../detail/document-pane.tsx";
import { documentOf, useDocument } from "../detail/use-document.ts";
import { FolderPane } from "../folder/folder-pane.tsx";
import { useFolder } from "../folder/use-folder.ts";
import { useShortcuts } from "../keys/use-shortcuts.ts";
import { formatRoute } from "../route/route.ts";
import { goTo } from "../route/use-route.ts";
import type { SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { BrowseLayout } from "./browse-layout.tsx";
import type { SourceScene } from "./source-scene.ts";
import { usePlayhead } from "./use-playhead.ts";

/** A folder of a source in one snapshot, and the document that is looked at. */
export function OpenSource({ scene }: { readonly scene: SourceScene }) {
  const { route, point, points } = scene;
  const folder = useFolder({ snapshotId: route.snapshotId ?? "", steps: route.steps });
  const place = documentOf(route);
  const document = useDocument(place);
  const playhead = usePlayhead(route, {
    folderPath: folder.isCurrent ? (folder.view?.place.path ?? null) : null,
    documentPath: document.row.value?.path ?? null,
  });
  const at = points.findIndex(({ snapshotId }) => snapshotId === route.snapshotId);
  const step = (to: SnapshotPoint | undefined) => to !== undefined && void playhead.go(to.snapshotId);
  useShortcuts({ "[": () => step(points[at - 1]), "]": () => step(points[at + 1]) });
  const close = () => goTo({ ...route, document: null });
  const versions = document.versions.isCurrent ? document.versions.value : undefined;
  const isDocument = place !== null;
  return (
    <BrowseLayout
      crumbs={crumbsOf(scene, folder.isCurrent ? (folder.view?.place.names ?? []) : [])}
      backHref={isDocument ? formatRoute({ ...route, document: null }) : undefined}
      places={scene.places}
      names={scene.names}
      timeline={
        <Timeline
          points={points}
          current={point}
          onGo={({ snapshotId }) => void playhead.go(snapshotId)}
          versions={
            isDocument && versions !== undefined
              ? {
                  label: "Versions",
                  atMs: versions.versions.filter(({ op }) => op === "present").map(({ receivedAtMs }) => receivedAtMs),
                }
              : undefined
          }
        />
      }
      detail={
        place === null ? null : (
          <DocumentPane
            place={place}
            document={document}
            point={point}
            onGo={({ snapshotId }) => void playhead.go(snapshotId)}
            onClose={close}
          />
        )
      }
    >
      <FolderPane route={route} folder={folder} notice={playhead.notice} points={points} />
    </BrowseLayout>
  );
}

function crumbsOf(scene: SourceScene, names: readonly string[]) {
  const { route } = scene;
  const folder = (depth: number) => formatRoute({ ...route, steps: route.steps.slice(0, depth), document: null });
  const words = [scene.sourceName, ...names];
  return [
    ...scene.start,
    ...words.map((word, depth) => ({ word, href: depth === words.length - 1 ? null : folder(depth) })),
  ];
}
