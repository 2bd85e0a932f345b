import { companyGetInput, companyListInput, companyPageView, companyView } from "../../contracts/companies.ts";
import type { Page } from "../../contracts/fields.ts";
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
import { zoneListInput, zonesView } from "../../contracts/zones.ts";
import { ApiError } from "./api-error.ts";
import { toCompanyView } from "./company-view.ts";
import { listAllMachines } from "./list-all-machines.ts";
import { toMachineView, toSourceView } from "./machine-view.ts";
import { companyOf, staffProcedure, viewerProcedure } from "./procedures.ts";
import { toRunView } from "./run-view.ts";
import { toSnapshotView } from "./snapshot-view.ts";
import { readCopyIndex } from "./zone-copies.ts";
import { readCompanyWatermarks, toZoneView } from "./zone-view.ts";

/** Companies whose watermarks stand in one answer: a page of the table of zones. */
const WATERMARK_COMPANIES_MAX_COUNT = 500;

function toPage<Row, View>(
  rows: readonly Row[],
  limit: number,
  present: { view: (row: Row) => View; key: (row: Row) => string },
): Page<View> {
  const last = rows.at(-1);
  return {
    rows: rows.map(present.view),
    nextCursor: rows.length < limit || last === undefined ? null : present.key(last),
  };
}

function found<Row>(row: Row | null, what: string): Row {
  if (row === null) throw new ApiError("not_found", `There is no such ${what}.`);
  return row;
}

export const companyReads = {
  list: staffProcedure(STAFF_ROLES)
    .input(companyListInput)
    .output(companyPageView)
    .query(async ({ ctx: { deps }, input }) => {
      const rows = await deps.store.listCompanies({ after: input.cursor, limit: input.limit });
      const machines = Map.groupBy(await listAllMachines(deps.store, null), (machine) => machine.companyId);
      return toPage(rows, input.limit, {
        view: (company) => toCompanyView(company, machines.get(company.companyId) ?? []),
        key: (company) => company.companyId,
      });
    }),
  get: viewerProcedure
    .input(companyGetInput)
    .output(companyView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      companyOf(viewer, input.companyId);
      const company = found(await deps.store.findCompany(input.companyId), "company");
      return toCompanyView(company, await listAllMachines(deps.store, input.companyId));
    }),
};

export const machineReads = {
  list: viewerProcedure
    .input(machineListInput)
    .output(machinePageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const companyId = companyOf(viewer, input.companyId);
      const rows = await deps.store.listMachines(companyId, { after: input.cursor, limit: input.limit });
      const copies = await readCopyIndex(deps.store, companyId);
      return toPage(rows, input.limit, {
        view: (machine) => toMachineView(machine, copies),
        key: (machine) => machine.machineId,
      });
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
      const { machineId, sourceId, cursor, limit } = input;
      const companyId = companyOf(viewer, input.companyId);
      const rows = await deps.store.listRuns(companyId, { machineId, sourceId, after: cursor, limit });
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

export const zoneReads = {
  list: viewerProcedure
    .input(zoneListInput)
    .output(zonesView)
    .query(async ({ ctx: { deps, viewer } }) => {
      const { store } = deps;
      const companyId = companyOf(viewer, undefined);
      const zones = (await store.listZones()).toSorted((a, b) => a.ordinal - b.ordinal);
      const watermarks = await store.listWatermarks(companyId);
      const companies =
        companyId === null
          ? await store.listCompanies({ limit: WATERMARK_COMPANIES_MAX_COUNT })
          : [found(await store.findCompany(companyId), "company")];
      const state = { zones, watermarks, now: await store.getTime() };
      const rows = await Promise.all(companies.map((company) => readCompanyWatermarks(store, company, state)));
      const lagOf = (row: (typeof rows)[number]) => Math.max(0, ...row.zones.map((zone) => zone.lagMs));
      return { zones: zones.map(toZoneView), companies: rows.toSorted((a, b) => lagOf(b) - lagOf(a)) };
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
