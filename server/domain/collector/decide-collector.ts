import { parseSecretLink } from "../../../engine/keys/link-secret.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { CollectorConsent } from "../store/collector-store.ts";

/**
 * An owner lets the provider's collector in, by the link of an enrolment that the owner's browser made for it. The worker takes the link.
 *
 * @throws DomainError `enrolment_invalid`, `collector_changed`
 */
export async function consentToCollector(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  consent: CollectorConsent,
): Promise<void> {
  const enrolment = await store.findEnrolmentState(companyId, consent.enrolmentId);
  if (enrolment === null || enrolment.isUsed || linkIdOf(consent.link) !== consent.enrolmentId) {
    throw new DomainError("enrolment_invalid", "this is not the link of an enrolment that nobody has used yet");
  }
  if ((await store.consentCollector(companyId, consent)) === "not_proposed") throw changed();
}

/** It ends for good: the worker stops it and destroys its identity. What it backed up stays. @throws DomainError `collector_changed` */
export async function endCollector(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  collector: { readonly collectorId: string; readonly byPersonId: string },
): Promise<void> {
  if ((await store.endCollector(companyId, collector)) === "not_open") throw changed();
}

function linkIdOf(link: string): string | null {
  try {
    return parseSecretLink("enrol", link).linkId;
  } catch {
    return null;
  }
}

function changed(): DomainError {
  return new DomainError("collector_changed", "somebody else has decided about this collector: load the page again");
}
