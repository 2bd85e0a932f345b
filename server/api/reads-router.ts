import {
  companyGetInput,
  companyListInput,
  companyPageView,
  companyView,
  stateCountsView,
} from "../../contracts/companies.ts";
import {
  machineGetInput,
  machineListInput,
  machinePageView,
  machineView,
  sourceListInput,
  sourcePageView,
} from "../../contracts/machines.ts";
import { runGetInput, runListInput, runPageView, runView } from "../../contracts/runs.ts";
import { snapshotGetInput, snapshotListInput, snapshotPageView, snapshotView } from "../../contracts/snapshots.ts";
import { STAFF_ROLES } from "../../contracts/viewer.ts";
import { ApiError } from "./api-error.ts";
import { toCompanyView } from "./company-view.ts";
import { found, toListedPage, toListRequest, toPage } from "./list-page.ts";
import { toMachineView, toSourceView } from "./machine-view.ts";
import { companyOf, staffProcedure, viewerProcedure } from "./procedures.ts";
import { toRunView } from "./run-view.ts";
import { toSnapshotView } from "./snapshot-view.ts";
import { readCopyIndex } from "./zone-copies.ts";

export const companyReads = {
  list: staffProcedure(STAFF_ROLES)
    .input(companyListInput)
    .output(companyPageView)
    .query(async ({ ctx: { deps }, input }) => {
      const rows = await deps.store.listCompanies({ ...toListRequest(input), states: input.states });
      return toListedPage(rows, input, toCompanyView);
    }),
  count: staffProcedure(STAFF_ROLES)
    .output(stateCountsView)
    .query(({ ctx: { deps } }) => deps.store.countStates()),
  get: viewerProcedure
    .input(companyGetInput)
    .output(companyView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      companyOf(viewer, input.companyId);
      return toCompanyView(found(await deps.store.findCompany(input.companyId), "company"));
    }),
};

export const machineReads = {
  list: viewerProcedure
    .input(machineListInput)
    .output(machinePageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const companyId = companyOf(viewer, input.companyId);
      const rows = await deps.store.listMachines(companyId, { ...toListRequest(input), states: input.states });
      const copies = await readCopyIndex(deps.store, companyId);
      return toListedPage(rows, input, (machine) => toMachineView(machine, copies));
    }),
  get: viewerProcedure
    .input(machineGetInput)
    .output(machineView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const machine = found(await deps.store.findMachine(companyOf(viewer, undefined), input.machineId), "machine");
      return toMachineView(machine, await readCopyIndex(deps.store, machine.companyId));
    }),
};

export const sourceReads = {
  list: viewerProcedure
    .input(sourceListInput)
    .output(sourcePageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const { machineId, cursor, limit } = input;
      const machine = found(await deps.store.findMachine(companyOf(viewer, undefined), machineId), "machine");
      const rows = await deps.store.listSources(machine.companyId, { machineId, after: cursor, limit });
      return toPage(rows, limit, {
        view: (source) => toSourceView(source, viewer),
        key: (source) => source.sourceId,
      });
    }),
};

export const runReads = {
  list: viewerProcedure
    .input(runListInput)
    .output(runPageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const { cursor, limit, companyId: asked, ...filter } = input;
      const rows = await deps.store.listRuns(companyOf(viewer, asked), { ...filter, after: cursor, limit });
      return toPage(rows, limit, { view: toRunView, key: (run) => run.runId });
    }),
  get: viewerProcedure
    .input(runGetInput)
    .output(runView)
    .query(async ({ ctx: { deps, viewer }, input }) =>
      toRunView(found(await deps.store.findRun(companyOf(viewer, undefined), input.runId), "run")),
    ),
};

export const snapshotReads = {
  list: viewerProcedure
    .input(snapshotListInput)
    .output(snapshotPageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const companyId = companyOf(viewer, input.companyId) ?? (await companyOfMachine(deps.store, input.machineId));
      const { machineId, sourceId, before, cursor, limit } = input;
      const rows = await deps.store.listSnapshots(companyId, {
        machineId,
        sourceId,
        receivedUntil: before === undefined ? undefined : new Date(before.getTime() - 1),
        beforeCommit: cursor === undefined ? undefined : parseCommit(cursor),
        limit,
      });
      const copies = await readCopyIndex(deps.store, companyId);
      return toPage(rows, limit, {
        view: (snapshot) => toSnapshotView(snapshot, copies, viewer),
        key: (snapshot) => snapshot.commit.toString(),
      });
    }),
  get: viewerProcedure
    .input(snapshotGetInput)
    .output(snapshotView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const companyId = companyOf(viewer, undefined);
      const snapshot = found(await deps.store.findSnapshot(companyId, input.snapshotId), "snapshot");
      return toSnapshotView(snapshot, await readCopyIndex(deps.store, snapshot.companyId), viewer);
    }),
};

/** Commit numbers order the snapshots of one company; a list over all companies would have no order to page by. */
async function companyOfMachine(
  store: { findMachine(companyId: null, machineId: string): Promise<{ companyId: string } | null> },
  machineId: string | undefined,
): Promise<string> {
  if (machineId === undefined) throw new ApiError("bad_input", "Name the company or the machine.");
  return found(await store.findMachine(null, machineId), "machine").companyId;
}

function parseCommit(cursor: string): number {
  if (!/^[0-9]{1,15}$/.test(cursor)) throw new ApiError("bad_input", "cursor: must come from the page before");
  return Number(cursor);
}
