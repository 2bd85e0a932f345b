import { machineIdSchema } from "../../../contracts/ids.ts";
import { checkMachineHistory } from "../../../server/api/client/check-history.ts";
import { readSourceNames } from "../../../server/api/client/read-source-names.ts";
import type { ReadingCalls } from "./protocol/reading-calls.ts";
import { toPlaceFound, toPlaceRow } from "./reading/folder-row.ts";
import { Folders } from "./reading/folders.ts";
import { listMachinePlaces } from "./reading/list-places.ts";
import { readPreview } from "./reading/read-preview.ts";
import { fetchSnapshots, SnapshotLists, toSnapshotPoint } from "./reading/snapshot-lists.ts";
import type { VaultRoom } from "./vault-room.ts";
import { whileOpen } from "./while-open.ts";

type Looking = Omit<ReadingCalls, "listVersions" | "startSearch" | "endSearch">;

/** Looking around in an open vault; what is read is kept with it, and forgotten when it locks. */
export function createReadingCalls(room: VaultRoom): Looking {
  const { client } = room;
  const lists = whileOpen(room, ({ member }) => new SnapshotLists(member));
  const folders = whileOpen(room, (vault) => new Folders(vault, lists()));
  return {
    listMachines: () => listMachinePlaces(client),
    listZones: async () => (await client.zones.list.query({})).zones,
    async listSnapshots(source) {
      if (room.isOpen) return lists().list(source);
      return (await fetchSnapshots(client, source)).map((view) => toSnapshotPoint(view, null));
    },
    async readSourceNames({ machineId }) {
      const { member } = room.requireOpen();
      return Object.fromEntries(await readSourceNames(member, machineIdSchema.parse(machineId)));
    },
    async checkHistory({ machineId }) {
      const { member } = room.requireOpen();
      const findings = await checkMachineHistory(member, machineIdSchema.parse(machineId));
      return findings.map(({ message }) => message);
    },
    openFolder: async (input) => folders().open(input),
    async findPlace({ snapshotId, steps }) {
      const reader = await room.requireOpen().openSnapshot(snapshotId);
      return toPlaceFound(await reader.at(steps));
    },
    async findInSnapshot({ snapshotId, path }) {
      const reader = await room.requireOpen().openSnapshot(snapshotId);
      const place = await reader.locate(path);
      return place && toPlaceRow(reader, place);
    },
    readPreview: async (input) => readPreview(room.requireOpen(), input),
  };
}
