import { collectorIdSchema, enrolmentIdSchema } from "../../../contracts/ids.ts";
import type { CollectorShown, OwnerCalls } from "./protocol/owner-calls.ts";
import type { VaultRoom } from "./vault-room.ts";

type CollectorCalls = Pick<OwnerCalls, "listCollectors" | "consentToCollector" | "endCollector">;

/** The service looks every few seconds; a day leaves time to repair it. */
const LINK_HOURS = 24;

/** What an owner decides about collectors of the provider's. The link that lets one in is made here, as for any other machine. */
export function createCollectorCalls(room: VaultRoom, createEnrolment: OwnerCalls["createEnrolment"]): CollectorCalls {
  return {
    listCollectors: async () => {
      const { collectors } = await room.client.collectors.list.query({});
      return collectors
        .filter(({ state }) => state !== "ended")
        .map(
          ({ collectorId, name, path, state, problem }): CollectorShown => ({
            collectorId,
            name,
            path,
            state,
            problem,
          }),
        );
    },
    consentToCollector: async ({ collectorId, name }) => {
      const { enrolmentId, link } = await createEnrolment({ machineName: name, hours: LINK_HOURS });
      await room.requireOpen().member.client.collectors.consent.mutate({
        collectorId: collectorIdSchema.parse(collectorId),
        enrolmentId: enrolmentIdSchema.parse(enrolmentId),
        link,
      });
    },
    endCollector: async ({ collectorId }) => {
      await room.client.collectors.end.mutate({ collectorId: collectorIdSchema.parse(collectorId) });
    },
  };
}
