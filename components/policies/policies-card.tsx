import Link from "next/link";
import type { PoliciesView } from "../../contracts/policies.ts";
import { formatCount } from "../format/format-bytes.ts";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { companyWord } from "./policies-headline.ts";

/** Every policy, by name, and how many companies have it. */
export function PoliciesCard({ policies }: PoliciesView) {
  return (
    <Card title="Policies" note="by name">
      {policies.length === 0 ? (
        <EmptyState title="There is no policy yet">
          <p>
            A policy is a schedule and a retention with a name, for companies that are to have the same: change it once,
            and it changes for all of them.
          </p>
        </EmptyState>
      ) : (
        <ul>
          {policies.map(({ policyId, name, companies }) => (
            <li key={policyId} className="flex flex-wrap items-center gap-x-6 gap-y-1 border-t border-line px-4 py-3">
              <Link
                href={`/policies/${policyId}`}
                className="min-w-[160px] rounded-key py-1 font-[560] break-words hover:text-accent hover:underline"
              >
                {name}
              </Link>
              <span className="text-ink-2">
                {companies === 0 ? "no company" : `${formatCount(companies)} ${companyWord(companies)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
