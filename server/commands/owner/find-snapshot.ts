import type { MachineId } from "../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { MachineView } from "../../../contracts/machines.ts";
import type { SnapshotView } from "../../../contracts/snapshots.ts";
import { checkMachineHistory } from "../../api/client/check-history.ts";
import { checkSnapshotView } from "../../api/client/check-snapshot-view.ts";
import { listPages } from "../../api/client/list-pages.ts";
import { ClientError } from "./client-error.ts";
import type { OwnerSession } from "./owner-session.ts";

const WHOLE_ID = 32;
/** Shorter ones would be ambiguous sooner or later. */
const LEAST_PREFIX = 4;
const LATEST = "latest:";

/**
 * Finds the snapshot that a person means: an id, the beginning of one, or `latest:` with a machine's name or id. What the portal lists
 * is compared with what the agent signed; what is odd about the machine's history is told, but does not stop a restore.
 *
 * @throws ClientError `usage`, `snapshot_not_found`, `snapshot_misreported`; IntegrityError
 */
export async function findSnapshot(
  session: OwnerSession,
  text: string,
  tell: (warning: string) => void,
): Promise<SnapshotView> {
  const view = text.startsWith(LATEST)
    ? await findLatest(session, text.slice(LATEST.length))
    : await findById(session, text);
  checkSnapshotView(session.tools.primitives, session.trust, view);
  for (const { message } of await checkMachineHistory(session, view.machineId)) tell(message);
  return view;
}

async function findById(session: OwnerSession, text: string): Promise<SnapshotView> {
  if (!/^[0-9a-f]{4,32}$/.test(text)) {
    throw new ClientError(
      "usage",
      `"${text}" is no snapshot: give its id, the first ${LEAST_PREFIX} to ${WHOLE_ID} digits of it, or latest:<machine>`,
    );
  }
  const found: SnapshotView[] = [];
  for await (const view of listSnapshots(session)) {
    if (view.snapshotId.startsWith(text)) found.push(view);
    if (text.length === WHOLE_ID && found.length > 0) break;
  }
  const [first, ...others] = found;
  if (!first) throw notFound(`there is no snapshot ${text}`);
  if (others.length > 0) {
    const ids = found.slice(0, 3).map(({ snapshotId }) => snapshotId);
    throw new ClientError(
      "usage",
      `${found.length} snapshots begin with ${text} (${ids.join(", ")}...): give more digits`,
    );
  }
  return first;
}

async function findLatest(session: OwnerSession, name: string): Promise<SnapshotView> {
  const machines: MachineView[] = [];
  for await (const machine of listMachines(session)) {
    if (machine.machineId === name || machine.name === name) machines.push(machine);
  }
  const [machine, ...others] = machines;
  if (!machine) throw notFound(`there is no machine "${name}"`);
  if (others.length > 0) {
    throw new ClientError(
      "usage",
      `${machines.length} machines are called "${name}": give latest:<machine id> instead`,
    );
  }
  const page = await session.client.snapshots.list.query({ machineId: machine.machineId, limit: 1 });
  const [latest] = page.rows;
  if (!latest) throw notFound(`machine "${name}" has no snapshot yet`);
  return latest;
}

/** All machines of the company. */
export function listMachines({ client }: OwnerSession): AsyncGenerator<MachineView> {
  return listPages<MachineView>((cursor) =>
    client.machines.list.query({ limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
}

/** Newest first. */
function listSnapshots({ client }: OwnerSession): AsyncGenerator<SnapshotView> {
  return listPages<SnapshotView>((cursor) =>
    client.snapshots.list.query({ limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
}

/** The newest of a source that the server received at that moment or before; null when there is none. */
export async function findSnapshotAt(
  session: OwnerSession,
  source: { machineId: MachineId; sourceId: SnapshotView["sourceId"] },
  at: Date,
): Promise<SnapshotView | null> {
  // "before" leaves out the moment itself; receipt times are whole milliseconds.
  const before = new Date(at.getTime() + 1);
  const page = await session.client.snapshots.list.query({ ...source, before, limit: 1 });
  const view = page.rows[0] ?? null;
  if (view) checkSnapshotView(session.tools.primitives, session.trust, view);
  return view;
}

function notFound(what: string): ClientError {
  return new ClientError("snapshot_not_found", `${what}; "holdfast snapshots" lists what there is`);
}
