import { machineIdSchema } from "../../../contracts/ids.ts";
import type { ChangeHistory } from "../../../engine/restore/change-history.ts";
import { checkMachineHistory } from "../../../server/api/client/check-history.ts";
import { readSourceNames } from "../../../server/api/client/read-source-names.ts";
import type { ReadingCalls } from "./protocol/reading-calls.ts";
import { listVersions } from "./reading/document-versions.ts";
import { toPlaceFound, toPlaceRow } from "./reading/folder-row.ts";
import { Folders } from "./reading/folders.ts";
import { learnAgents, learnMachine } from "./reading/known-agents.ts";
import { listMachinePlaces, listSourceRefs } from "./reading/list-places.ts";
import { NameSearch } from "./reading/name-search.ts";
import { openChangeHistory } from "./reading/open-change-history.ts";
import { readPreview } from "./reading/read-preview.ts";
import { fetchSnapshots, SnapshotLists, toSnapshotPoint } from "./reading/snapshot-lists.ts";
import type { OpenVault, VaultRoom } from "./vault-room.ts";
import { whileOpen } from "./while-open.ts";

/** Looking around in an open vault; what is read is kept with it, and forgotten when it locks. */
export function createReadingCalls(room: VaultRoom): ReadingCalls {
  const { client } = room;
  const lists = whileOpen(room, ({ member }) => new SnapshotLists(member));
  const folders = whileOpen(room, (vault) => new Folders(vault, lists()));
  const histories = whileOpen(room, (vault) => keepHistories(vault));
  const searches = whileOpen(
    room,
    (vault) =>
      new NameSearch({
        vault,
        lists: lists(),
        historyOf: histories(),
        listSources: () => listSourceRefs(client),
        tell: (search) => room.tell({ kind: "search", search }),
      }),
  );
  return {
    listMachines: () => listMachinePlaces(client),
    listZones: async () => (await client.zones.list.query({})).zones,
    async listSnapshots(source) {
      if (room.isOpen) {
        const points = await lists().list(source);
        const isDoubtful = points.some(({ problem }) => problem !== null);
        return isDoubtful && (await learnAgents(room)) ? lists().list(source) : points;
      }
      return (await fetchSnapshots(client, source)).map((view) => toSnapshotPoint(view, null));
    },
    async readSourceNames({ machineId }) {
      await learnMachine(room, machineId);
      const { member } = room.requireOpen();
      return Object.fromEntries(await readSourceNames(member, machineIdSchema.parse(machineId)));
    },
    async checkHistory({ machineId }) {
      await learnMachine(room, machineId);
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
    listVersions: async (input) =>
      listVersions({ vault: room.requireOpen(), lists: lists(), historyOf: histories() }, input),
    async startSearch({ searchId, text }) {
      // Goes on by events.
      void searches().run(searchId, text);
    },
    async endSearch() {
      if (room.isOpen) searches().end();
    },
    readPreview: async (input) => readPreview(room.requireOpen(), input),
  };
}

/** One for each key scope. */
function keepHistories(vault: OpenVault): (scope: number) => ChangeHistory {
  const histories = new Map<number, ChangeHistory>();
  return (scope) => {
    const history = histories.get(scope) ?? openChangeHistory(vault, scope);
    histories.set(scope, history);
    return history;
  };
}
