import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { MAX_OPEN_COLLECTORS } from "../store/collector-store.ts";
import { isWithin, normalizeFolder, overlap } from "./collector-path.ts";

export interface ProposeCollectorInput {
  readonly name: string;
  readonly path: string;
  /** Folders that collectors may read something below; whoever runs the machine says so, not whoever has an account in the portal. */
  readonly roots: readonly string[];
  readonly byPersonId: string;
}

/**
 * Asks a company's owners to let the provider back up a folder that it hosts for them. Nothing is read before one of them consents.
 *
 * @throws DomainError `not_found`, `collector_refused`
 */
export async function proposeCollector(
  { store, newId }: Pick<DomainDeps, "store" | "newId">,
  companyId: string,
  { name, path: given, roots, byPersonId }: ProposeCollectorInput,
): Promise<{ readonly collectorId: string }> {
  if ((await store.findCompany(companyId)) === null) throw new DomainError("not_found", "there is no such company");
  const path = requireAllowed(given, roots);
  const open = await store.listOpenCollectors();
  if (open.length >= MAX_OPEN_COLLECTORS) {
    throw refused(`the service has ${MAX_OPEN_COLLECTORS} collectors, as many as it may have: remove one first`);
  }
  const other = open.find((each) => overlap(each.path, path));
  if (other !== undefined) {
    const whose = other.companyId === companyId ? `"${other.name}" of this company` : "a collector of another company";
    throw refused(`${whose} has this folder, or one in it or above it: a folder belongs to one collector`);
  }
  const collectorId = newId();
  await store.proposeCollector(companyId, { collectorId, name, path, byPersonId });
  return { collectorId };
}

function requireAllowed(given: string, roots: readonly string[]): string {
  const path = normalizeFolder(given);
  if (path === null) throw refused("the folder must be an absolute path, as /srv/hosted/acme");
  if (roots.length === 0) {
    const how = "start the service with HOLDFAST_COLLECTOR_ROOTS=/srv/hosted, the folder where hosted data is mounted";
    throw refused(`this service may not read any folder: ${how}`);
  }
  // A root itself would be the data of every company that is hosted there.
  if (!roots.some((root) => isWithin(root, path) && root !== path)) {
    throw refused(`the folder must lie below ${roots.join(" or ")}, which this service may read`);
  }
  return path;
}

function refused(message: string): DomainError {
  return new DomainError("collector_refused", message);
}
