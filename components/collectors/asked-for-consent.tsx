import type { CollectorView } from "../../contracts/collectors.ts";

/** Over an owner's home: the provider asks for something that only an owner may decide, with the company's keys. Nothing while it does not. */
export function AskedForConsent({ collectors }: { readonly collectors: readonly CollectorView[] }) {
  const asked = collectors.filter(({ state }) => state === "proposed").length;
  if (asked === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-card border border-line bg-surface px-4 py-3 shadow-card">
      <span className="font-[560]">
        Your provider asks to back up {asked === 1 ? "a folder that it hosts" : `${asked} folders that it hosts`} for
        you.
      </span>
      <a href="/vault/#/enrol" className="rounded-key py-1 font-[560] text-accent hover:underline">
        Decide
      </a>
    </p>
  );
}
