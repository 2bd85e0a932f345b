import type { ReactNode } from "react";
import { Bytes } from "../../format/bytes.tsx";
import { formatCount } from "../../format/format-bytes.ts";
import { Moment } from "../../format/moment.tsx";
import { plural } from "../basket/describe-basket.ts";
import type { RestorePlan } from "../runtime/protocol/restore-calls.ts";

/** What will be read and written, before anything starts. */
export function PlanFacts({ plan }: { readonly plan: RestorePlan }) {
  const machines = new Set(plan.snapshots.map(({ machineName }) => machineName)).size;
  const times = [...new Set(plan.snapshots.map(({ receivedAtMs }) => receivedAtMs))].toSorted((a, b) => b - a);
  const [newest, ...older] = times;
  return (
    <section aria-labelledby="the-plan">
      <h3 id="the-plan" className="pb-2 text-title font-semibold">
        The plan
      </h3>
      <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3 gap-y-2">
        <Fact label="Documents">
          {formatCount(plan.documents)} from {plural(machines, "machine")}
          {plan.folders > 0 ? `, ${plural(plan.folders, "folder")}` : ""}
          {plan.others > 0 ? `, ${formatCount(plan.others)} links and the like` : ""}
        </Fact>
        <Fact label="Size">
          <Bytes bytes={plan.bytes} />
        </Fact>
        {newest === undefined ? null : (
          <Fact label="As of">
            <Moment at={new Date(newest)} />
            {older.length > 0 ? (
              <span className="block text-small text-ink-2">and {plural(older.length, "earlier snapshot")}</span>
            ) : null}
          </Fact>
        )}
        <Fact label="Read">
          <Bytes bytes={plan.bytesToRead} /> of {plural(plan.packs, "pack")}
          {plan.bytes > 0 ? (
            <span className="block text-small text-ink-2">
              {(plan.bytesToRead / plan.bytes).toFixed(2)} bytes for each byte restored
            </span>
          ) : null}
        </Fact>
        <Fact label="Overwrites">Nothing</Fact>
        {plan.missing.length > 0 ? (
          <Fact label="Missing">
            <ul className="text-late">
              {plan.missing.map(({ machineName, sourceName }) => (
                <li key={`${machineName}/${sourceName}`}>
                  {sourceName === "" ? machineName : `${machineName}, ${sourceName}`}: no snapshot by then
                </li>
              ))}
            </ul>
          </Fact>
        ) : null}
        {plan.isSingleDocument || plan.notHeld.length === 0 ? null : (
          <Fact label="Not in a ZIP">
            <ul>
              {plan.notHeld.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-2">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
