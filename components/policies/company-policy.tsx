"use client";

import Link from "next/link";
import { type SubmitEvent, useId } from "react";
import { type CompanyId, policyIdSchema } from "../../contracts/ids.ts";
import type { PolicyNameView } from "../../contracts/policies.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { SELECT_CLASS } from "../ui/select-class.ts";
import { usePortalChange } from "../ui/use-portal-change.ts";

interface CompanyPolicyProps {
  readonly companyId: CompanyId;
  /** The one that it has. */
  readonly policy: PolicyNameView | null;
  /** What can be chosen instead; null for those who cannot. */
  readonly choices: readonly PolicyNameView[] | null;
  /** Whether there is a page of the policy to go to. */
  readonly isStaff: boolean;
}

const NONE = "none";

/** Which policy a company has: what it sets holds where the company sets nothing. Nothing is shown where there is neither one nor a choice. */
export function CompanyPolicy({ companyId, policy, choices, isStaff }: CompanyPolicyProps) {
  const id = useId();
  const { state, change } = usePortalChange();
  if (policy === null && (choices === null || choices.length === 0)) return null;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = String(new FormData(event.currentTarget).get("policy"));
    const policyId = chosen === NONE ? null : policyIdSchema.parse(chosen);
    void change(({ policies }) => policies.assign.mutate({ companyId, policyId }));
  };
  return (
    <Card title="Policy" note="what it sets holds where the company sets nothing itself; a pause holds in any case">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3 border-t border-line px-4 py-3">
        <span className="min-w-[120px] font-[560] break-words">
          {policy === null ? (
            "None"
          ) : isStaff ? (
            <Link href={`/policies/${policy.policyId}`} className="rounded-key py-1 hover:text-accent hover:underline">
              {policy.name}
            </Link>
          ) : (
            policy.name
          )}
        </span>
        {choices === null ? null : (
          <form onSubmit={submit} className="flex flex-wrap items-center gap-3">
            <label htmlFor={id} className="text-small text-ink-2">
              Change to
            </label>
            <div className="w-[240px] max-w-full">
              <select
                key={policy?.policyId ?? NONE}
                id={id}
                name="policy"
                defaultValue={policy?.policyId ?? NONE}
                className={SELECT_CLASS}
              >
                <option value={NONE}>None: the provider's default</option>
                {choices.map(({ policyId, name }) => (
                  <option key={policyId} value={policyId}>
                    {name}
                  </option>
                ))}
              </select>
            </div>
            <Button type="submit" disabled={state.kind === "saving"}>
              {state.kind === "saving" ? "Saving" : "Save policy"}
            </Button>
          </form>
        )}
      </div>
      <div className="px-4 pb-3 empty:hidden">
        <ChangeRefused state={state} />
      </div>
    </Card>
  );
}
