import { PAGE_MAX_COUNT } from "../../contracts/limits.ts";
import { findingListInput, findingPageView, zoneScrubsView } from "../../contracts/scrubs.ts";
import { STAFF_ROLES } from "../../contracts/viewer.ts";
import { watermarkListInput, watermarkPageView, zoneListInput, zonesView } from "../../contracts/zones.ts";
import { toListedPage, toListRequest } from "./list-page.ts";
import { companyOf, router, staffProcedure, viewerProcedure } from "./procedures.ts";
import { toFindingView, toZoneScrubView } from "./scrub-view.ts";
import { toCompanyWatermarksView, toZoneView } from "./zone-view.ts";

export const zonesRouter = router({
  list: viewerProcedure
    .input(zoneListInput)
    .output(zonesView)
    .query(async ({ ctx: { deps, viewer } }) => {
      const { store } = deps;
      const companyId = companyOf(viewer, undefined);
      const zones = (await store.listZones()).toSorted((a, b) => a.ordinal - b.ordinal);
      const order = { sort: "behind", isDescending: false, limit: PAGE_MAX_COUNT } as const;
      const companies = await store.listCompanyWatermarks(companyId, order);
      const now = await store.getTime();
      return {
        zones: zones.map(toZoneView),
        companies: companies.map((company) => toCompanyWatermarksView(company, now)),
      };
    }),
  watermarks: viewerProcedure
    .input(watermarkListInput)
    .output(watermarkPageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const companyId = companyOf(viewer, input.companyId);
      const rows = await deps.store.listCompanyWatermarks(companyId, toListRequest(input));
      const now = await deps.store.getTime();
      return toListedPage(rows, input, (company) => toCompanyWatermarksView(company, now));
    }),
  scrubs: staffProcedure(STAFF_ROLES)
    .input(zoneListInput)
    .output(zoneScrubsView)
    .query(async ({ ctx: { deps } }) => (await deps.store.listZoneScrubs()).map(toZoneScrubView)),
  findings: staffProcedure(STAFF_ROLES)
    .input(findingListInput)
    .output(findingPageView)
    .query(async ({ ctx: { deps }, input }) => {
      const rows = await deps.store.listFindings(null, { ...toListRequest(input), states: input.states });
      return toListedPage(rows, input, toFindingView);
    }),
});
