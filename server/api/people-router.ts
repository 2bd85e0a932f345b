import { companyIdSchema, personIdSchema } from "../../contracts/ids.ts";
import { type PersonView, personListInput, personPageView } from "../../contracts/people.ts";
import type { PersonSummary } from "../domain/store/store-reads.ts";
import { toListedPage, toListRequest } from "./list-page.ts";
import { companyOf, router, viewerProcedure } from "./procedures.ts";

export const peopleRouter = router({
  list: viewerProcedure
    .input(personListInput)
    .output(personPageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const companyId = companyOf(viewer, input.companyId);
      const rows = await deps.store.listPeople(companyId, { ...toListRequest(input), kind: input.kind });
      return toListedPage(rows, input, toPersonView);
    }),
});

function toPersonView(person: PersonSummary): PersonView {
  return {
    personId: personIdSchema.parse(person.personId),
    email: person.email,
    kind: person.kind,
    role: person.role,
    companyId: person.companyId === null ? null : companyIdSchema.parse(person.companyId),
    companyName: person.companyName,
    createdAt: person.createdAt,
  };
}
