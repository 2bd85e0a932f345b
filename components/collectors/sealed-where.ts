import type { CollectorView } from "../../contracts/collectors.ts";

/** The proof below "am I safe": a collector that was ever let in has sealed some snapshots, and not on the company's machine. */
export function sealedWhere(collectors: readonly Pick<CollectorView, "consentedAt">[]): string {
  const hasHosted = collectors.some(({ consentedAt }) => consentedAt !== null);
  const hosted = hasHosted ? ", that of data which your provider hosts by its collector, as an owner consented" : "";
  return `Every snapshot is sealed on your machine before it leaves it${hosted}. Only your company can open it.`;
}
