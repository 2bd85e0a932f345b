import Link from "next/link";
import type { PolicyView } from "../../contracts/policies.ts";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";

/** Whom a policy holds for. */
export function PolicyCompanies({ companies }: Pick<PolicyView, "companies">) {
  return (
    <Card title="Companies" note="what a company sets itself holds before the policy">
      {companies.length === 0 ? (
        <EmptyState title="No company has this policy">
          <p>Choose it on the schedule or archive page of a company.</p>
        </EmptyState>
      ) : (
        <ul>
          {companies.map(({ companyId, name }) => (
            <li key={companyId} className="border-t border-line px-4 py-2">
              <Link
                href={`/companies/${companyId}/schedule`}
                className="rounded-key py-1 font-[560] break-words hover:text-accent hover:underline"
              >
                {name}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
